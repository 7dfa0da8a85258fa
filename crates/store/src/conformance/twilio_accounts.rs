//! Companies' own accounts at Twilio.

use super::fixtures::{at, fixture};
use crate::{SealedSecret, Store, StoreError, TwilioAccount};
use mobilecall_domain::CompanyId;

fn account(company: CompanyId, sid: &str, number: &str) -> TwilioAccount {
    let sealed = |byte: u8| SealedSecret { key_id: "k1".to_owned(), bytes: vec![byte; 40] };
    TwilioAccount {
        company_id: company,
        account_sid: sid.to_owned(),
        settings: [("TWILIO_PHONE_NUMBER".to_owned(), number.to_owned())].into(),
        secrets: [("TWILIO_AUTH_TOKEN".to_owned(), sealed(1)), ("TWILIO_API_SECRET".to_owned(), sealed(2))].into(),
        updated_at: at(3),
    }
}

/// One account a company, whole, the newest in place of the one before.
pub async fn an_account_is_kept_until_it_is_removed(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let company = one.company.id;
    assert_eq!(store.twilio_account(company).await.expect("an answer"), None);
    let unknown = store.set_twilio_account(&account(CompanyId::generate(), "AC1", "+1")).await;
    assert!(matches!(unknown, Err(StoreError::NotFound("company"))), "{unknown:?}");
    for number in ["+966112345678", "+966112345679"] {
        let kept = account(company, "AC1", number);
        store.set_twilio_account(&kept).await.expect("stored");
        assert_eq!(store.twilio_account(company).await.expect("an answer"), Some(kept));
    }
    assert_eq!(store.twilio_account(two.company.id).await.expect("an answer"), None);
    assert!(!store.remove_twilio_account(two.company.id).await.expect("an answer"));
    assert!(store.remove_twilio_account(company).await.expect("removed"));
    assert!(!store.remove_twilio_account(company).await.expect("an answer"), "there is none any more");
    assert_eq!(store.twilio_account(company).await.expect("an answer"), None);
}

/// Companies may share an account.
pub async fn accounts_are_found_by_their_sid(store: &dyn Store) {
    let (one, two, three) = (fixture(store, "one").await, fixture(store, "two").await, fixture(store, "three").await);
    for (company, sid) in [(&one, "AC1"), (&two, "AC2"), (&three, "AC1")] {
        store.set_twilio_account(&account(company.company.id, sid, "+1")).await.expect("stored");
    }
    let companies = async |sid: &str| {
        let found = store.twilio_accounts_of(sid).await.expect("an answer");
        let mut companies: Vec<_> = found.iter().map(|account| account.company_id).collect();
        companies.sort();
        companies
    };
    let mut expected = [one.company.id, three.company.id];
    expected.sort();
    assert_eq!(companies("AC1").await, expected);
    assert_eq!(companies("AC3").await, []);
}
