//! Bad input of every field: what a feature takes is read from what it registered, so that a field without a bad value in a
//! test's table is told.

use std::collections::BTreeSet;

use discord_sim::{Argument, Person};
use feature::Catalogue;
use jiff::SignedDuration;
use serde_json::Value;
use twilight_model::application::command::{
    CommandOption, CommandOptionType, CommandOptionValue as Limit,
};

use crate::Story;

/// A value that an option can not have: where (`/task create due`), with what else, and what the refusal says.
#[derive(Clone, Debug)]
pub struct WrongOption<'a> {
    /// The path of the command, and the option.
    pub place: &'static str,
    /// The value.
    pub value: Argument,
    /// What stands beside it.
    pub beside: Vec<(&'static str, Argument)>,
    /// A part of the answer.
    pub says: &'a str,
}

/// Free options of a feature's slash commands, as `/task create due`: those that Discord itself lets nobody fill wrongly (a
/// choice, yes or no, a bounded number) are left out.
pub fn free_options(catalogue: &Catalogue, feature: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in catalogue.commands() {
        if entry.feature == feature {
            let path = format!("/{}", entry.schema.name);
            collect(&path, &entry.schema.options, &mut found);
        }
    }
    found
}

fn collect(path: &str, options: &[CommandOption], found: &mut BTreeSet<String>) {
    for option in options {
        let place = format!("{path} {}", option.name);
        match option.kind {
            CommandOptionType::SubCommand | CommandOptionType::SubCommandGroup => {
                collect(&place, option.options.as_deref().unwrap_or_default(), found);
            }
            CommandOptionType::Boolean => {}
            _ if option.choices.as_ref().is_some_and(|all| !all.is_empty()) => {}
            CommandOptionType::Integer | CommandOptionType::Number
                if is_bounded(option.min_value.as_ref())
                    && is_bounded(option.max_value.as_ref()) => {}
            _ => {
                found.insert(place);
            }
        }
    }
}

const fn is_bounded(limit: Option<&Limit>) -> bool {
    limit.is_some()
}

/// Fields of a feature's routes, as `POST /v1/guilds/{guild}/tasks due`: of paths, queries and bodies. The server itself is
/// left out, and so is where a page begins.
pub fn fields(catalogue: &Catalogue, feature: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in catalogue.routes() {
        if entry.feature != feature {
            continue;
        }
        let document = serde_json::to_value(&entry.document).expect("a document is JSON");
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let place = format!("{} {path}", method.to_uppercase());
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let named = parameters.filter_map(|parameter| parameter["name"].as_str());
                let body = operation.pointer("/requestBody/content/application~1json/schema");
                let properties = body.map(|body| properties(&document, body));
                let properties = properties.into_iter().flatten();
                for name in named.map(str::to_owned).chain(properties) {
                    if name != "guild" {
                        found.insert(format!("{place} {name}"));
                    }
                }
            }
        }
    }
    found
}

fn properties(document: &Value, schema: &Value) -> Vec<String> {
    let named = schema["$ref"].as_str();
    let schema = named
        .and_then(|named| document.pointer(named.trim_start_matches('#')))
        .unwrap_or(schema);
    let names = schema["properties"].as_object().into_iter().flatten();
    names.map(|(name, _)| name.clone()).collect()
}

/// Fails unless a table names everything that it must, and nothing else.
///
/// # Panics
///
/// Names what is missing, and what is nowhere.
pub fn require_all<'a>(all: &BTreeSet<String>, named: impl IntoIterator<Item = &'a str>) {
    let named: BTreeSet<String> = named.into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = all.difference(&named).collect();
    assert!(missing.is_empty(), "no bad value is tried for {missing:#?}");
    let unknown: Vec<_> = named.difference(all).collect();
    assert!(unknown.is_empty(), "there is no {unknown:#?}");
}

impl Story {
    /// Everything in the tables of some schemas, to see whether something was stored.
    ///
    /// # Panics
    ///
    /// Panics when the database does not answer.
    pub async fn contents(&self, schemas: &[&str]) -> Vec<String> {
        const TABLES: &str = "
            select format('select %L || t::text from %I.%I t', table_schema || '.' || table_name || ' ', table_schema, table_name)
            from information_schema.tables where table_schema = any ($1) and table_type = 'BASE TABLE'";
        let mut db = self
            .database()
            .database()
            .acquire()
            .await
            .expect("a connection");
        let schemas: Vec<String> = schemas.iter().map(|&schema| schema.to_owned()).collect();
        #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
        let asking = sqlx::query_scalar::<_, String>(TABLES).bind(schemas);
        let tables = asking.fetch_all(&mut *db).await.expect("the tables");
        let mut rows = Vec::new();
        if !tables.is_empty() {
            let all = tables.join(" union all ");
            #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
            let asking = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(all));
            rows = asking.fetch_all(&mut *db).await.expect("the rows");
        }
        rows.sort_unstable();
        rows
    }

    /// Gives every bad value to its option, and holds the answer to what it must say and the schemas to what was in them.
    ///
    /// # Panics
    ///
    /// Names the value that is not refused so, or after which something is stored.
    pub async fn refuses(&self, person: &Person, schemas: &[&str], rows: &[WrongOption<'_>]) {
        for row in rows {
            let (path, name) = row.place.rsplit_once(' ').expect("a path and an option");
            let beside = row.beside.iter().cloned();
            let options: Vec<_> = beside.chain([(name, row.value.clone())]).collect();
            let before = self.contents(schemas).await;
            let said = self.answer(person.slash(path, &options)).await.text();
            assert!(
                said.contains(row.says),
                "{}: {:?} is answered without «{}»:\n{said}",
                row.place,
                row.value,
                row.says
            );
            self.idle().await;
            let after = self.contents(schemas).await;
            assert_eq!(
                before, after,
                "{}: {:?} stores something",
                row.place, row.value
            );
        }
    }

    /// Sends a bad value in a field of a route: `place` as [`fields`] names it, `path` with its parts filled in, and the
    /// value too where it stands in the query of something else than a GET. The answer
    /// must be a refusal that names the field, or 404 for a part of the path; nothing is stored.
    ///
    /// # Panics
    ///
    /// Says what is not refused so, or after which something is stored.
    pub async fn refuses_field(
        &self,
        key: &str,
        schemas: &[&str],
        (place, path): (&str, &str),
        (base, value): (&Value, &Value),
    ) {
        let mut words = place.split(' ');
        let (method, template) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let field = words.next().unwrap_or("");
        let method = ["GET", "POST", "PATCH", "DELETE", "PUT"]
            .into_iter()
            .find(|known| *known == method)
            .expect("a method");
        let is_path = template.contains(&format!("{{{field}}}"));
        let before = self.contents(schemas).await;
        let is_in_path = is_path || path.contains(&format!("{field}="));
        let call = if method == "GET" && !is_in_path {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.call(method, &format!("{path}?{field}={value}"))
        } else if method == "GET" || method == "DELETE" {
            self.call(method, path)
        } else {
            let mut body = base.clone();
            if !is_in_path {
                body[field] = value.clone();
            }
            self.call(method, path).json(&body)
        };
        let mut answer = call.clone().key(key).send().await;
        if answer.status == 429 {
            // A key may call so often a minute.
            self.advance(SignedDuration::from_mins(1)).await;
            answer = call.key(key).send().await;
        }
        let said = answer.text();
        let is_refused = if is_path {
            matches!(answer.status, 400 | 404 | 422)
        } else {
            matches!(answer.status, 400 | 422) && said.contains(field)
        };
        assert!(
            is_refused,
            "{place}: {value} is answered {} {said}",
            answer.status
        );
        self.idle().await;
        let after = self.contents(schemas).await;
        assert_eq!(before, after, "{place}: {value} stores something");
    }
}
