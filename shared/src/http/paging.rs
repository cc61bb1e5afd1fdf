//! `limit` and `cursor`: how a caller pages through a list.

use serde::Serialize;
use url::form_urlencoded::Serializer;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{KnownFormat, ObjectBuilder, Required, SchemaFormat, Type};
use utoipa::{IntoParams, ToSchema};

use crate::domain::page::{Cursor, Limit, List, NoOffset, PAGE_ROWS_MAX, PageRequest};
use crate::http::input::{Reader, Told};

/// Which page is wanted, and the filters that the next page keeps.
#[derive(Debug)]
pub struct Paging {
    /// Which rows are wanted.
    pub wanted: PageRequest,
    filters: Vec<(&'static str, String)>,
}

impl Paging {
    /// Reads what a caller says of the page of `list` that they want; `filters` are the names of what
    /// else the list is asked by. A cursor may come without a limit; an offset must be 0.
    pub fn read(reader: &mut Reader, list: List, filters: &[&'static str]) -> Result<Self, Told> {
        let limit = reader.query(&["limit"], Limit::parse);
        let after = reader.query(&["cursor"], |text| Cursor::parse(list, text));
        let offset = reader.query(&["offset"], NoOffset::parse);
        let filters = reader.query_kept(filters);
        let wanted = PageRequest { limit: limit?, after: after? };
        offset?;
        Ok(Self { wanted, filters })
    }

    /// The value of `Link` that leads to the page after `next`. The reference is a query alone: it
    /// holds wherever the API stands, behind a stage or a proxy, and trusts no header.
    pub(crate) fn link(&self, next: Cursor) -> String {
        let rows = self.wanted.rows_max().min(PAGE_ROWS_MAX).to_string();
        let mut query = Serializer::new(String::new());
        for (name, value) in &self.filters {
            query.append_pair(name, value);
        }
        query.append_pair("limit", &rows).append_pair("cursor", &next.encode());
        format!("<?{}>; rel=\"next\"", query.finish())
    }
}

/// Rows of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Items<T> {
    items: Vec<T>,
    /// Where the next page begins; null when no row follows.
    next_cursor: Option<String>,
}

impl<T> Items<T> {
    /// The rows of one page, before those after `next`.
    pub fn new(items: Vec<T>, next: Option<Cursor>) -> Self {
        Self { items, next_cursor: next.map(Cursor::encode) }
    }
}

impl IntoParams for Paging {
    fn into_params(_place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(1))
            .maximum(Some(PAGE_ROWS_MAX));
        let about = "The most rows of a page. Without it the answer holds the newest rows that one \
                     read of the table brings, at most 1,000.";
        let cursor = ObjectBuilder::new().schema_type(Type::String);
        let from = "Where the page begins: from the Link header or `nextCursor` of the page before. \
                    A page may be short and still have a next one.";
        let parameter = |name: &str, about: &str, schema: ObjectBuilder| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(Some(about))
                .schema(Some(schema.build()))
                .build()
        };
        vec![parameter("limit", about, limit), parameter("cursor", from, cursor)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_the_filters_and_cannot_be_broken_out_of() {
        let filters = vec![("taskId", "7".to_owned()), ("x", "a>; rel=\"evil\"\r\n&ä".to_owned())];
        let limit = Limit::parse("50").ok();
        let paging = Paging { wanted: PageRequest { limit, after: None }, filters };
        let next = Cursor::after(List::Submissions, 9);

        let expected = format!(
            "<?taskId=7&x=a%3E%3B+rel%3D%22evil%22%0D%0A%26%C3%A4&limit=50&cursor={}>; rel=\"next\"",
            next.encode()
        );
        assert_eq!(paging.link(next), expected);
    }
}
