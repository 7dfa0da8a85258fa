//! The index behind the search over numbers and names.
//!
//! Each call is one document whose words are the runs of one, two and three characters of its searchable text, so that
//! also a single typed character finds its calls without reading all of them. (SQLite's own trigram tokenizer knows
//! nothing shorter than three.) A longer pattern asks for all its runs of three; the row itself then says whether they
//! stand together. Two more words stand for company and agent and let the index pass over other people's calls.

use crate::{
    error::{DAMAGED, Failure, Work},
    query::execute,
    rows::Id,
};
use mobilecall_domain::{CallRecord, CompanyId, UserId};
use mobilecall_sqlite::rusqlite::{self, Connection, ErrorCode, Transaction, params};
use mobilecall_store::{Scope, StoreError, search};
use std::{collections::BTreeSet, fmt::Write as _};

/// Characters of the longest run that is a word of the index.
pub(crate) const LONGEST_RUN: usize = 3;

/// The full-text expression that any of the patterns matches within the scope; none of them is empty.
pub(crate) fn expression(scope: Scope, patterns: &[String]) -> String {
    let mut expression = company_mark(scope);
    if let Some(agent) = scope.agent {
        expression.push_str(" AND ");
        expression.push_str(&mark('h', agent));
    }
    let all_of = |pattern: &str| {
        let characters: Vec<char> = pattern.chars().collect();
        let words: Vec<String> = characters.windows(characters.len().min(LONGEST_RUN)).map(word).collect();
        words.join(" AND ")
    };
    // Where a word begins the row says.
    let texts: BTreeSet<&str> = patterns.iter().map(|pattern| pattern.trim_start()).collect();
    let alternatives: Vec<String> = texts.into_iter().map(|text| format!("({})", all_of(text))).collect();
    // Writing to a String cannot fail.
    let _ = write!(expression, " AND ({})", alternatives.join(" OR "));
    expression
}

/// Adds a call to the index.
pub(crate) fn add(connection: &Connection, key: i64, record: &CallRecord) -> Work<()> {
    let add = "INSERT INTO call_search (rowid, words) VALUES (?, ?)";
    let added = connection.prepare_cached(add)?.execute(params![key, document(record)]);
    match added.map_err(Failure::from) {
        // The row of the call itself was new, so the index is at odds with the calls.
        Err(Failure::Sqlite(error)) if error.code() == Some(ErrorCode::ConstraintViolation) => {
            Err(StoreError::Unreadable { database: String::new(), remedy: DAMAGED, source: Some(error.into()) }.into())
        }
        added => added.map(drop),
    }
}

/// Replaces a call in the index.
pub(crate) fn replace(connection: &Connection, key: i64, record: &CallRecord) -> Work<()> {
    execute(connection, "DELETE FROM call_search WHERE rowid = ?", [key])?;
    add(connection, key, record)
}

/// The table of the index; those in which it keeps itself begin with the same name.
pub(crate) const INDEX: &str = "call_search";

/// As the first migration made it.
const MAKE: &str = "CREATE VIRTUAL TABLE call_search USING fts5 (words, content = '', contentless_delete = 1, \
    detail = none, tokenize = 'ascii')";

/// An error if the index contradicts itself.
pub(crate) fn check(connection: &Connection) -> Work<()> {
    Ok(connection.execute_batch("INSERT INTO call_search (call_search) VALUES ('integrity-check')")?)
}

/// Whether calls are missing from the index, by a look at the oldest and the newest.
pub(crate) fn misses_calls(connection: &Connection) -> Work<bool> {
    let sample = "SELECT key, company_id FROM (SELECT key, company_id FROM calls ORDER BY key LIMIT 20) \
                  UNION SELECT key, company_id FROM (SELECT key, company_id FROM calls ORDER BY key DESC LIMIT 20)";
    let found = "SELECT 1 FROM call_search WHERE call_search MATCH ? AND rowid = ?";
    let (mut sample, mut found) = (connection.prepare(sample)?, connection.prepare(found)?);
    let mut calls = sample.query([])?;
    while let Some(call) = calls.next()? {
        let company = CompanyId::from_bytes(call.get(1)?);
        if !found.exists(params![mark('g', company), call.get::<_, i64>(0)?])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the whole index again from the calls; returns how many there are. Nothing else is written meanwhile.
pub(crate) fn make_again(connection: &Connection) -> Work<usize> {
    connection.execute_batch("DROP TABLE call_search")?;
    make(connection)
}

/// As [`make_again`] where the pages of the index cannot even be read to give them back: the file forgets them. In a
/// transaction of its own, since the index is asked before every statement of one in which it was touched.
pub(crate) fn make_anew(connection: &Connection) -> Work<usize> {
    connection.execute_batch("PRAGMA writable_schema = ON")?;
    let forget = "DELETE FROM sqlite_schema WHERE name = 'call_search' OR tbl_name GLOB 'call_search_*'";
    let forgotten = connection.execute_batch(forget);
    // Also reads the schema again.
    connection.execute_batch("PRAGMA writable_schema = RESET")?;
    forgotten?;
    make(connection)
}

fn make(connection: &Connection) -> Work<usize> {
    connection.execute_batch(MAKE)?;
    let mut calls = connection.prepare("SELECT key, company_id, agent_id, search FROM calls ORDER BY key")?;
    let mut add = connection.prepare("INSERT INTO call_search (rowid, words) VALUES (?, ?)")?;
    let (mut rows, mut count) = (calls.query([])?, 0);
    while let Some(row) = rows.next()? {
        let company = CompanyId::from_bytes(row.get(1)?);
        let agent = row.get::<_, Option<[u8; 16]>>(2)?.map(UserId::from_bytes);
        let words = words_of(Scope { company, agent }, crate::rows::text(row, 3)?);
        add.execute(params![row.get::<_, i64>(0)?, words])?;
        count += 1;
    }
    Ok(count)
}

/// The words of a record.
fn document(record: &CallRecord) -> String {
    words_of(Scope { company: record.company_id, agent: record.agent_id }, &search::text_of(record))
}

/// The words of a searchable text.
fn words_of(scope: Scope, text: &str) -> String {
    let mut words = BTreeSet::from([company_mark(scope)]);
    words.extend(scope.agent.map(|agent| mark('h', agent)));
    // No pattern holds a line break, so no run needs to.
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        for length in 1..=LONGEST_RUN {
            words.extend(characters.windows(length).map(word));
        }
    }
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// Folds what an older version folded by its own rule; a step of a migration. Page by page, because the words of a
/// whole database do not fit into the memory of a small server.
pub(crate) fn fold_again(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut after = i64::MIN;
    while let Some(last) = fold_page_again(transaction, after)? {
        after = last;
    }
    Ok(())
}

/// The calls of one page after this key. Returns the last key, or nothing when there was none.
fn fold_page_again(transaction: &Transaction<'_>, after: i64) -> rusqlite::Result<Option<i64>> {
    let mut last = None;
    let mut stale = Vec::new();
    let query = "SELECT key, company_id, agent_id, from_number, to_number, agent_name, customer_name, search \
                 FROM calls WHERE key > ? ORDER BY key LIMIT 1000";
    let mut statement = transaction.prepare_cached(query)?;
    let mut rows = statement.query([after])?;
    while let Some(row) = rows.next()? {
        last = Some(row.get(0)?);
        if row.get_ref(7)?.as_str()?.is_empty() {
            continue;
        }
        let company = CompanyId::from_bytes(row.get(1)?);
        let agent = row.get::<_, Option<[u8; 16]>>(2)?.map(UserId::from_bytes);
        let texts = [3, 4, 5, 6].map(|column| row.get_ref(column));
        let mut parts = Vec::with_capacity(texts.len());
        for text in texts {
            parts.extend(text?.as_str_or_null()?);
        }
        let text = mobilecall_domain::search::text_of(parts);
        if text != row.get_ref(7)?.as_str()? {
            let words = words_of(Scope { company, agent }, &text);
            stale.push((row.get::<_, i64>(0)?, text, words));
        }
    }
    for (key, text, words) in stale {
        transaction.prepare_cached("UPDATE calls SET search = ? WHERE key = ?")?.execute(params![text, key])?;
        transaction.prepare_cached("DELETE FROM call_search WHERE rowid = ?")?.execute([key])?;
        transaction
            .prepare_cached("INSERT INTO call_search (rowid, words) VALUES (?, ?)")?
            .execute(params![key, words])?;
    }
    Ok(last)
}

/// A run as a word that every tokenizer leaves alone: the code points in hexadecimal.
fn word(run: &[char]) -> String {
    let mut word = String::with_capacity(run.len() * 3);
    for character in run {
        // Writing to a String cannot fail.
        let _ = write!(word, "x{:x}", u32::from(*character));
    }
    word
}

fn company_mark(scope: Scope) -> String {
    mark('g', scope.company)
}

/// A word for an id. Ids that share one cost time, nothing else, since the row decides whose call it is.
fn mark(kind: char, id: impl Id) -> String {
    let bytes = id.to_bytes();
    // The last bytes of a UUIDv7 are random.
    format!("{kind}{:02x}{:02x}", bytes[14], bytes[15])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_words() {
        let company: CompanyId = "018f0000-0000-7000-8000-00000000abcd".parse().unwrap();
        let agent: UserId = "018f0000-0000-7000-8000-00000000ef01".parse().unwrap();
        let everybody = Scope { company, agent: None };
        let cases: [(&[&str], &str); 5] = [
            (&["a"], "gabcd AND ((x61))"),
            (&[" ab", "\nab"], "gabcd AND ((x61x62))"),
            (&["ab"], "gabcd AND ((x61x62))"),
            (&["abcd"], "gabcd AND ((x61x62x63 AND x62x63x64))"),
            (&["\"'", "ع"], "gabcd AND ((x22x27) OR (x639))"),
        ];
        for (patterns, expected) in cases {
            let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            assert_eq!(expression(everybody, &patterns), expected);
        }
        let own = expression(Scope { company, agent: Some(agent) }, &["a".to_owned()]);
        assert_eq!(own, "gabcd AND hef01 AND ((x61))");
    }
}
