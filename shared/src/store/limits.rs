//! Counts that end: how much of an allowance is used.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use crate::domain::limit::{Allowance, Window};
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{EXPIRES, Item, key_item};
use crate::store::keys;

const HITS: &str = "hits";

impl Store {
    /// Takes one of `allowance` in `window`: how many are taken then, or `None` when there was none
    /// left, which counts nothing. One conditional update: of several at once, in whatever
    /// processes, no more than the allowance get one.
    pub async fn take(&self, allowance: &Allowance, window: Window) -> Result<Option<u32>, Error> {
        let number = |number: i64| AttributeValue::N(number.to_string());
        let taken = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::limit(allowance, window))))
            .update_expression("ADD #hits :one SET #expires = :expires")
            .condition_expression("attribute_not_exists(#hits) OR #hits < :max")
            .expression_attribute_names("#hits", HITS)
            .expression_attribute_names("#expires", EXPIRES)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":max", number(allowance.policy().max.into()))
            .expression_attribute_values(":expires", number(window.ends_at.as_second()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await;
        let answer = match taken {
            Ok(answer) => answer,
            Err(error) if is_refused(error.as_service_error()) => return Ok(None),
            Err(error) => return Err(self.failed("counting in the table", error)),
        };
        let hits = answer.attributes.as_ref().and_then(hits);
        hits.map(Some).ok_or_else(|| Error::internal("counting in the table", "it told no count"))
    }

    /// How many of `allowance` are taken in `window`; one read.
    pub async fn taken(&self, allowance: &Allowance, window: Window) -> Result<u32, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_item(&keys::limit(allowance, window))))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| self.failed("reading a count from the table", error))?;
        Ok(answer.item.as_ref().and_then(hits).unwrap_or(0))
    }
}

fn hits(item: &Item) -> Option<u32> {
    item.get(HITS)?.as_n().ok()?.parse().ok()
}

fn is_refused(error: Option<&UpdateItemError>) -> bool {
    error.is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
