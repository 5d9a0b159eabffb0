//! How the REST side refuses: HTTP status, Discord's JSON code, message, and the tree of form errors.

use std::{borrow::Cow, time::Duration};

use serde_json::{Map, Value, json};

use crate::clock::Millis;

/// One of Discord's JSON error codes with the status and words it comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "Discord's own field name")]
pub(crate) struct Code {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) message: &'static str,
}

macro_rules! codes {
    ($($name:ident = $status:literal $code:literal $message:literal;)*) => {
        $(pub(crate) const $name: Code = Code { status: $status, code: $code, message: $message };)*

        /// The code with this number, if the simulator knows it.
        pub(crate) fn by_number(code: u32) -> Option<Code> {
            [$($name),*].into_iter().find(|known| known.code == code && code != 0)
        }
    };
}

/// The codes, named after what they mean.
pub(crate) mod code {
    use super::Code;

    codes! {
        NOT_FOUND = 404 0 "404: Not Found";
        METHOD_NOT_ALLOWED = 405 0 "405: Method Not Allowed";
        UNAUTHORIZED = 401 0 "401: Unauthorized";
        SERVER_ERROR = 500 0 "500: Internal Server Error";
        UNKNOWN_APPLICATION = 404 10002 "Unknown Application";
        UNKNOWN_CHANNEL = 404 10003 "Unknown Channel";
        UNKNOWN_GUILD = 404 10004 "Unknown Guild";
        UNKNOWN_INVITE = 404 10006 "Unknown Invite";
        UNKNOWN_MEMBER = 404 10007 "Unknown Member";
        UNKNOWN_MESSAGE = 404 10008 "Unknown Message";
        UNKNOWN_OVERWRITE = 404 10009 "Unknown Permission Overwrite";
        UNKNOWN_ROLE = 404 10011 "Unknown Role";
        UNKNOWN_USER = 404 10013 "Unknown User";
        UNKNOWN_EMOJI = 400 10014 "Unknown Emoji";
        UNKNOWN_WEBHOOK = 404 10015 "Unknown Webhook";
        UNKNOWN_BAN = 404 10026 "Unknown Ban";
        UNKNOWN_INTERACTION = 404 10062 "Unknown interaction";
        UNKNOWN_COMMAND = 404 10063 "Unknown application command";
        UNKNOWN_VOICE_STATE = 404 10065 "Unknown Voice State";
        UNKNOWN_STAGE = 404 10067 "Unknown Stage Instance";
        UNKNOWN_EVENT = 404 10070 "Unknown Guild Scheduled Event";
        NOT_FOR_BOTS = 403 20001 "Bots cannot use this endpoint";
        ONLY_BOTS = 403 20002 "Only bots can use this endpoint";
        SLOWMODE = 429 20016 "This action cannot be performed due to slowmode rate limit";
        MAX_PINS = 400 30003 "Maximum number of pins reached for the channel (250)";
        MAX_ROLES = 400 30005 "Maximum number of guild roles reached (250)";
        MAX_WEBHOOKS = 400 30007 "Maximum number of webhooks reached (15)";
        MAX_REACTIONS = 403 30010 "Maximum number of reactions reached (20)";
        MAX_CHANNELS = 400 30013 "Maximum number of guild channels reached (500)";
        MAX_ATTACHMENTS = 400 30015 "Maximum number of attachments in a message reached (10)";
        MAX_INVITES = 400 30016 "Maximum number of invites reached (1000)";
        MAX_COMMANDS = 400 30032 "Maximum number of application commands reached";
        MAX_COMMAND_CREATES = 429 30034 "Max number of daily application command creates has been reached (200)";
        MAX_EVENTS = 400 30038 "Maximum number of guild scheduled events reached (100)";
        MAX_OLD_EDITS = 429 30046 "Maximum number of edits to messages older than 1 hour reached. Try again later";
        BITRATE_TOO_HIGH = 400 30052 "Bitrate is too high for channel of this type";
        MAX_GUILD_WEBHOOKS = 400 30058 "Maximum number of webhooks per guild reached (1000)";
        MAX_OVERWRITES = 400 30060 "Maximum number of channel permission overwrites reached (1000)";
        REQUEST_TOO_LARGE = 413 40005 "Request entity too large";
        USER_BANNED = 403 40007 "The user is banned from this guild";
        ONE_PARENT_CHANGE = 400 40009 "Only one channel can have its parent changed at a time";
        NOT_IN_VOICE = 400 40032 "Target user is not connected to voice.";
        ALREADY_CROSSPOSTED = 400 40033 "This message has already been crossposted.";
        ALREADY_ACKNOWLEDGED = 400 40060 "Interaction has already been acknowledged.";
        MAX_FOLLOWUPS = 400 40094 "The maximum number of follow-up messages has been reached";
        USER_AGENT_BLOCKED = 403 40333 "internal network error";
        MISSING_ACCESS = 403 50001 "Missing Access";
        DM_CHANNEL = 403 50003 "Cannot execute action on a DM channel";
        NOT_THE_AUTHOR = 403 50005 "Cannot edit a message authored by another user";
        EMPTY_MESSAGE = 400 50006 "Cannot send an empty message";
        CANNOT_DM = 403 50007 "Cannot send messages to this user";
        CANNOT_DM_SELF = 400 50007 "Cannot send messages to this user";
        NON_TEXT_CHANNEL = 400 50008 "Cannot send messages in a non-text channel";
        MISSING_PERMISSIONS = 403 50013 "Missing Permissions";
        BULK_DELETE_COUNT = 400 50016 "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete";
        SYSTEM_MESSAGE = 403 50021 "Cannot execute action on a system message";
        WRONG_CHANNEL_TYPE = 400 50024 "Cannot execute action on this channel type";
        INVALID_WEBHOOK_TOKEN = 401 50027 "Invalid Webhook Token";
        INVALID_ROLE = 400 50028 "Invalid Role";
        INVALID_RECIPIENTS = 400 50033 "Invalid Recipient(s)";
        TOO_OLD_TO_DELETE = 400 50034 "You can only bulk delete messages that are under 14 days old.";
        INVALID_FORM = 400 50035 "Invalid Form Body";
        FILE_TOO_LARGE = 413 50045 "Request entity too large";
        COMMUNITY_CHANNEL = 400 50074 "Cannot delete a channel required for community guilds";
        ARCHIVED_THREAD = 400 50083 "Tried to perform an operation on an archived thread";
        EVENT_TYPE_MISMATCH = 400 50091 "Entity type mismatch";
        INVALID_JSON = 400 50109 "The request body contains invalid JSON.";
        CANNOT_DM_NO_GUILD = 403 50278 "Cannot send messages to this user due to having no mutual guilds";
        MFA_REQUIRED = 403 60003 "Two factor is required for this operation";
        REACTION_BLOCKED = 403 90001 "Reaction was blocked";
        OVERLOADED = 503 130_000 "API resource is currently overloaded. Try again a little later";
        STAGE_ALREADY_OPEN = 400 150_006 "The Stage is already open";
        REPLY_NEEDS_HISTORY = 403 160_002 "You cannot reply without permission to read message history";
        MESSAGE_HAS_THREAD = 400 160_004 "A thread has already been created for this message";
        THREAD_LOCKED = 400 160_005 "Thread is locked";
        EVENT_FINISHED = 400 180_000 "Cannot update a finished event";
        AUTOMOD_BLOCKED = 400 200_000 "Message was blocked by automatic moderation";
        FORUM_NEEDS_THREAD = 400 220_001 "Webhooks posted to forum channels must have a thread_name or thread_id";
        NONE_BANNED = 400 500_000 "Failed to ban users";
        POLL_NOT_EDITABLE = 400 520_003 "Poll messages cannot be edited";
    }
}

/// A refused REST call.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) message: Cow<'static, str>,
    pub(crate) errors: Option<Value>,
    pub(crate) limit: Option<Limit>,
}

/// Which limit a 429 speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The route's bucket is empty.
    User,
    /// A hidden limit below the bucket: `Remaining` says there is more, `Retry-After` tells the truth.
    SubLimit,
    /// The resource is limited for everyone; not counted as an invalid request.
    Shared,
    /// All calls of the bot.
    Global,
    /// A page of the network in front of Discord, without any of the headers.
    Html,
}

/// How long to wait, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) wait: Millis,
    pub(crate) scope: Scope,
}

impl ApiError {
    /// A 429.
    pub(crate) fn limited(wait: Millis, scope: Scope) -> Self {
        let message = if scope == Scope::Shared {
            "The resource is being rate limited."
        } else {
            "You are being rate limited."
        };
        Self {
            status: 429,
            code: 0,
            message: message.into(),
            errors: None,
            limit: Some(Limit { wait, scope }),
        }
    }

    /// A form error at one place, for instance `parent_id` or `embeds.0.title`.
    pub(crate) fn form(path: &str, inner: &'static str, message: impl Into<String>) -> Self {
        let mut form = Form::default();
        form.add(path, inner, message);
        form.into_error()
    }

    /// The JSON body Discord sends.
    pub(crate) fn body(&self) -> Value {
        if let Some(limit) = self.limit {
            return json!({
                "message": self.message,
                "retry_after": Duration::from_millis(limit.wait).as_secs_f64(),
                "global": limit.scope == Scope::Global,
            });
        }
        let mut body = json!({"message": self.message, "code": self.code});
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        body
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self {
            status: code.status,
            code: code.code,
            message: Cow::Borrowed(code.message),
            errors: None,
            limit: None,
        }
    }
}

/// Collects form errors so that one answer names all of them, as Discord does.
#[derive(Debug, Default)]
pub(crate) struct Form {
    errors: Map<String, Value>,
}

impl Form {
    /// Notes an error at a dotted path; the empty path is the request itself.
    pub(crate) fn add(&mut self, path: &str, inner: &'static str, message: impl Into<String>) {
        let mut place = &mut self.errors;
        for step in path.split('.').filter(|step| !step.is_empty()) {
            let next = place
                .entry(step)
                .or_insert_with(|| Value::Object(Map::new()));
            place = next.as_object_mut().expect("only objects are put here");
        }
        let list = place.entry("_errors").or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(json!({"code": inner, "message": message.into()}));
        }
    }

    pub(crate) fn required(&mut self, path: &str) {
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required");
    }

    pub(crate) fn choices(&mut self, path: &str, allowed: &str) {
        self.add(
            path,
            "BASE_TYPE_CHOICES",
            format!("Value must be one of {{{allowed}}}."),
        );
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// `Err` when anything was noted.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.is_clean() {
            Ok(())
        } else {
            Err(self.into_error())
        }
    }

    fn into_error(self) -> ApiError {
        ApiError {
            errors: Some(Value::Object(self.errors)),
            ..code::INVALID_FORM.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_errors_nest_by_path() {
        let error = ApiError::form("embeds.0.title", "BASE_TYPE_MAX_LENGTH", "too long");
        assert_eq!(
            error.body(),
            json!({"code": 50035, "message": "Invalid Form Body", "errors": {"embeds": {"0": {"title":
                {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "too long"}]}}}}})
        );
    }
}
