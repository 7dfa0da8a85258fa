//! Makes a database of version 0.1 with many calls, for `cargo xtask bench`: `seed_calls FILE CALLS`.
//!
//! 20 companies (`Bench 0` …) of ten agents and a manager each, signed in as `manager0` … with the password of the
//! fixture's omar. The calls lie evenly in the last 90 days; one in five was missed. Their words in the search index are
//! only those that tell companies and agents apart, which makes the file in a minute instead of many.

use mobilecall_domain::{CompanyId, Timestamp, UserId};
use mobilecall_sqlite::rusqlite::{Connection, Result, params};

const COMPANIES: u32 = 20;
const AGENTS: u32 = 10;
const SPAN_MILLIS: i64 = 90 * 24 * 60 * 60 * 1000;

/// ?1: calls; ?2: time of the first; ?3: milliseconds from one to the next.
const CALLS: &str = "
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1)
    INSERT INTO calls (key, id, company_id, sequence, from_number, to_number, direction, status, duration_seconds, agent_id,
        agent_name, customer_name, created_at, answered_at, ended_at, line, updated_at, search)
    SELECT (at << 12) | (n & 4095), unhex(printf('%012x70008000%012x', at, n)), company, n / companies + 1,
        extension, number, direction, status, talked, agent,
        name, customer, at, iif(talked > 0, at + 5000, NULL), at + 5000 + 1000 * talked, 'twilio', at + 5000 + 1000 * talked,
        extension || char(10) || number || char(10) || name || char(10) || customer
    FROM (
        SELECT n, ?2 + n * ?3 AS at, company, companies, agent, name, extension,
            printf('+9665%08d', n * 7919 % 100000000) AS number, 'customer ' || n AS customer,
            iif(n % 2, 'inbound', 'outbound') AS direction,
            iif(n % 5, 'completed', 'no-answer') AS status, iif(n % 5, 10 + n % 300, 0) AS talked
        FROM numbers JOIN bench_agents ON place = n % people
    )";

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, calls] = arguments.as_slice() else { return Err("usage: seed_calls FILE CALLS".into()) };
    std::fs::write(file, include_bytes!("../tests/fixtures/server-0.1.sqlite"))?;
    let mut connection = Connection::open(file)?;
    fill(&mut connection, calls.parse()?)?;
    println!("{calls} calls in {file}");
    Ok(())
}

fn fill(connection: &mut Connection, calls: i64) -> Result<()> {
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000;")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "CREATE TEMP TABLE bench_agents (
            place INTEGER PRIMARY KEY, company BLOB, agent BLOB, name TEXT, extension TEXT, companies INTEGER, people INTEGER
        )",
    )?;
    let companies: Vec<CompanyId> = (0..COMPANIES).map(|_| CompanyId::generate()).collect();
    let now = Timestamp::now();
    for (number, company) in companies.iter().enumerate() {
        let insert = "INSERT INTO companies (id, name, region, created_at) VALUES (?, ?, 'SA', ?)";
        transaction
            .execute(insert, params![company.as_uuid().as_bytes(), format!("Bench {number}"), now.as_millis()])?;
        add_user(&transaction, *company, &format!("manager{number}"), None, "sales_manager")?;
    }
    for number in 0..COMPANIES * AGENTS {
        // The next call is the next company's.
        let company = companies[(number % COMPANIES) as usize];
        let (name, extension) = (format!("agent{number}"), (1000 + number).to_string());
        let agent = add_user(&transaction, company, &name, Some(&extension), "agent")?;
        let insert = "INSERT INTO bench_agents VALUES (?, ?, ?, ?, ?, ?, ?)";
        let (company, agent) = (company.as_uuid().into_bytes(), agent.as_uuid().into_bytes());
        let people = COMPANIES * AGENTS;
        transaction.execute(insert, params![number, company, agent, name, extension, COMPANIES, people])?;
    }
    let apart = (SPAN_MILLIS / calls.max(1)).max(1);
    transaction.execute(CALLS, params![calls, now.as_millis() - apart * calls, apart])?;
    let sequence = "UPDATE companies SET call_sequence = coalesce(
        (SELECT max(sequence) FROM calls WHERE calls.company_id = companies.id), call_sequence)";
    transaction.execute(sequence, [])?;
    let words = "INSERT INTO call_search (rowid, words) SELECT key,
        'g' || lower(substr(hex(company_id), -4)) || ' h' || lower(substr(hex(agent_id), -4))
        FROM calls WHERE company_id IN (SELECT company FROM bench_agents)";
    transaction.execute(words, [])?;
    transaction.commit()
}

fn add_user(
    connection: &Connection,
    company: CompanyId,
    name: &str,
    extension: Option<&str>,
    role: &str,
) -> Result<UserId> {
    let id = UserId::generate();
    let insert = "INSERT INTO users (id, company_id, username, name, extension, password_hash, role, created_at)
        SELECT ?, ?, ?3, ?3, ?, password_hash, ?, created_at FROM users WHERE username = 'omar'";
    connection
        .execute(insert, params![id.as_uuid().as_bytes(), company.as_uuid().as_bytes(), name, extension, role])?;
    Ok(id)
}
