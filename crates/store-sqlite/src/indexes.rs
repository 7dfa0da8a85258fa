//! Ordinary indexes, which hold nothing that their table does not.

use crate::{error::Work, query::list};
use mobilecall_sqlite::rusqlite::Connection;

/// Makes the indexes of a table again, those of its constraints too.
pub(crate) fn make_again(connection: &Connection, table: &str) -> Work<()> {
    Ok(connection.execute_batch(&format!("REINDEX \"{table}\""))?)
}

/// As [`make_again`] where the pages of an index cannot even be read to give them back: the file forgets them. What belongs to
/// a constraint cannot be forgotten. A page that two tables share in a damaged file is no longer looked at by the index.
pub(crate) fn make_anew(connection: &Connection, table: &str) -> Work<()> {
    let made = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL";
    let made: Vec<String> = list(connection, made, [table], |row| Ok(row.get(0)?))?;
    connection.execute_batch("PRAGMA writable_schema = ON")?;
    let forget = "DELETE FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL";
    let forgotten = connection.execute(forget, [table]);
    // Also reads the schema again.
    connection.execute_batch("PRAGMA writable_schema = RESET")?;
    forgotten?;
    made.iter().try_for_each(|sql| connection.execute_batch(sql))?;
    make_again(connection, table)
}
