//! What a search looks at.

use mobilecall_domain::{CallRecord, search::text_of};
use mobilecall_sqlite::rusqlite::{self, Connection, params};

/// What is stored beside a record for searches to look at.
pub(crate) fn of_record(record: &CallRecord) -> String {
    text(&record.from_number, &record.to_number, record.customer_name.as_deref())
}

fn text(from: &str, to: &str, customer: Option<&str>) -> String {
    text_of([from, to].into_iter().chain(customer))
}

/// Makes it anew for every row, after the rules changed.
pub(crate) fn fold_again(connection: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
    let mut changed = Vec::new();
    {
        let mut statement =
            connection.prepare("SELECT key, search, from_number, to_number, customer_name FROM calls")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let customer: Option<String> = row.get(4)?;
            let now = text(&row.get::<_, String>(2)?, &row.get::<_, String>(3)?, customer.as_deref());
            if row.get::<_, String>(1)? != now {
                changed.push((row.get::<_, i64>(0)?, now));
            }
        }
    }
    changed.into_iter().try_for_each(|(key, text)| store(connection, key, &text))
}

fn store(connection: &Connection, key: i64, text: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("UPDATE calls SET search = ? WHERE key = ?")?.execute(params![text, key]).map(drop)
}
