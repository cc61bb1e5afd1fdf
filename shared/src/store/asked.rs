//! Notes what each request to the table needs a permission for.

use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemInput;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::query::QueryInput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::TransactWriteItem;

use crate::permissions::{self, Permission};

/// Every request passes here, so that none can be forgotten; one of a new kind is noted as `dynamodb:?`,
/// which no role gives.
#[derive(Debug)]
pub(super) struct Asked;

impl Intercept for Asked {
    fn name(&self) -> &'static str {
        "Asked"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context.input();
        let on_the_table = |action| permissions::note(Permission::of(action));
        if let Some(query) = input.downcast_ref::<QueryInput>() {
            permissions::note(Permission::of("dynamodb:Query").on(query.index_name()));
        } else if let Some(write) = input.downcast_ref::<TransactWriteItemsInput>() {
            write.transact_items().iter().flat_map(parts).for_each(on_the_table);
        } else if input.downcast_ref::<GetItemInput>().is_some() {
            on_the_table("dynamodb:GetItem");
        } else if input.downcast_ref::<BatchGetItemInput>().is_some() {
            on_the_table("dynamodb:BatchGetItem");
        } else if input.downcast_ref::<UpdateItemInput>().is_some() {
            on_the_table("dynamodb:UpdateItem");
        } else {
            on_the_table("dynamodb:?");
        }
        Ok(())
    }
}

/// AWS asks for the permissions of a transaction's parts, and for none of the transaction.
fn parts(item: &TransactWriteItem) -> impl Iterator<Item = &'static str> {
    [
        item.put().map(|_put| "dynamodb:PutItem"),
        item.update().map(|_update| "dynamodb:UpdateItem"),
        item.delete().map(|_delete| "dynamodb:DeleteItem"),
        item.condition_check().map(|_check| "dynamodb:ConditionCheckItem"),
    ]
    .into_iter()
    .flatten()
}
