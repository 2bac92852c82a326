//! Mail: mailboxes, heads, bodies, and what is sent.

pub(crate) mod body;
pub(crate) mod mailboxes;
pub(crate) mod messages;
pub(crate) mod sending;

use renraku_base::ETag;
use renraku_db::ObjectType;
use renraku_mail::MessageDetail;

use crate::core::Resource;

impl Resource for MessageDetail {
    const TYPE: ObjectType = ObjectType::Message;

    fn id(&self) -> &str {
        self.message.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.message.etag
    }
}
