//! Pages: a limit, and a cursor that only the engine can make.
//!
//! A cursor says behind which row the next page begins, so pages stay whole while rows come and go. It is signed over
//! the path and the query it was made for: one that was made up, or belongs to another list, is refused.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use utoipa::{IntoParams, ToSchema};

use super::Problem;

/// The most rows of a page.
pub const MOST: u16 = 500;
/// The rows of a page when nobody says.
const USUAL: u16 = 50;
/// The bytes of a cursor's signature.
const SIGNATURE: usize = 16;

/// The query parameters of a list, for the documentation.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PagingParams {
    /// The most entries of the answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Signs cursors; clones sign alike.
#[derive(Clone)]
pub struct Cursors(Arc<[u8]>);

impl std::fmt::Debug for Cursors {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Cursors")
    }
}

impl Cursors {
    /// Signs with a secret that all instances share.
    pub fn new(secret: &[u8]) -> Self {
        Self(secret.into())
    }

    fn signature(&self, list: &str, position: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(list.as_bytes());
        mac.update(b"\0");
        mac.update(position);
        Some(mac)
    }

    fn seal<T: Serialize>(&self, list: &str, position: &T) -> Option<String> {
        let mut bytes = serde_json::to_vec(position).ok()?;
        let signature = self.signature(list, &bytes)?.finalize().into_bytes();
        bytes.extend(signature.iter().take(SIGNATURE));
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn open<T: DeserializeOwned>(&self, list: &str, cursor: &str) -> Option<T> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (position, signature) = bytes.split_at_checked(bytes.len().checked_sub(SIGNATURE)?)?;
        self.signature(list, position)?
            .verify_truncated_left(signature)
            .ok()?;
        serde_json::from_slice(position).ok()
    }
}

/// Which page is asked for: `T` is what a row is found again by.
#[derive(Clone, Debug)]
pub struct Paging<T> {
    /// The most entries of the page.
    pub limit: u16,
    /// The last row of the page before.
    pub after: Option<T>,
    list: String,
    cursors: Cursors,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub data: Vec<T>,
    /// How the list goes on.
    pub pagination: Pagination,
}

/// How a list goes on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pagination {
    /// Asks for the next page; null on the last.
    pub next_cursor: Option<String>,
    /// The most entries of this page.
    pub limit: u16,
}

impl<T> Paging<T> {
    /// How many rows to ask the database for: one more than are shown tells whether there are more.
    pub fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

impl<T: Serialize> Paging<T> {
    /// The page, from the rows that were asked for; `position` is what a row is found again by.
    ///
    /// # Errors
    ///
    /// Fails when a position can not be written, which is our fault.
    pub fn page<R>(
        &self,
        mut rows: Vec<R>,
        position: impl Fn(&R) -> T,
    ) -> Result<Page<R>, Problem> {
        let has_more = rows.len() > usize::from(self.limit);
        rows.truncate(self.limit.into());
        let last = rows.last().filter(|_| has_more);
        let next_cursor = match last {
            None => None,
            Some(last) => {
                let cursor = self.cursors.seal(&self.list, &position(last));
                Some(cursor.ok_or_else(|| {
                    Problem::new(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "internal",
                        "The page has no end.",
                    )
                })?)
            }
        };
        Ok(Page {
            data: rows,
            pagination: Pagination {
                next_cursor,
                limit: self.limit,
            },
        })
    }
}

impl<T: Serialize + Ord> Paging<T> {
    /// The page of a list that is short enough to be at hand as a whole; it is put in the order of its positions.
    ///
    /// # Errors
    ///
    /// As [`page`](Self::page).
    pub fn of_all<R>(
        &self,
        rows: impl IntoIterator<Item = R>,
        position: impl Fn(&R) -> T,
    ) -> Result<Page<R>, Problem> {
        let rows = rows.into_iter();
        let mut rows: Vec<R> = rows
            .filter(|row| {
                self.after
                    .as_ref()
                    .is_none_or(|after| position(row) > *after)
            })
            .collect();
        rows.sort_by_key(&position);
        self.page(rows, position)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Paging<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let cursors = parts.extensions.get::<Cursors>().cloned();
        let cursors = cursors.ok_or_else(Problem::not_found)?;
        let query = axum::extract::Query::<BTreeMap<String, String>>::try_from_uri(&parts.uri);
        let mut query = query.map_or_else(|_| BTreeMap::new(), |query| query.0);
        let limit = match query.remove("limit") {
            None => USUAL,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MOST).contains(limit))
                .ok_or_else(|| {
                    Problem::invalid("limit", format!("is `{text}`, but must be 1 to {MOST}"))
                })?,
        };
        let cursor = query.remove("cursor");
        let list = format!("{}?{query:?}", parts.uri.path());
        let after = match cursor {
            None => None,
            Some(cursor) => Some(cursors.open(&list, &cursor).ok_or_else(|| {
                Problem::invalid(
                    "cursor",
                    "is not one of this list: take `next_cursor` as it was given, with the same query",
                )
            })?),
        };
        Ok(Self {
            limit,
            after,
            list,
            cursors,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let cursors = Cursors::new(b"a secret");
        let cursor = cursors.seal("/a?{}", &(7, "x")).unwrap();
        assert_eq!(cursors.open("/a?{}", &cursor), Some((7, "x".to_owned())));
        assert_eq!(cursors.open::<(i32, String)>("/b?{}", &cursor), None);
        let others = Cursors::new(b"another secret");
        assert_eq!(others.open::<(i32, String)>("/a?{}", &cursor), None);
    }

    proptest! {
        #[test]
        fn what_was_made_up_is_no_cursor(cursor in ".{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let cursors = Cursors::new(b"a secret");
            prop_assert!(cursors.open::<serde_json::Value>("/a", &cursor).is_none());
            let cursor = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert!(cursors.open::<serde_json::Value>("/a", &cursor).is_none());
        }
    }
}
