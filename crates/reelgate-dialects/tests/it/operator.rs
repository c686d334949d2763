//! What the rest of the platform answers to operators: there is one of everything.

use crate::people::{NOW, account, user};
use crate::{own, world};
use reelgate_core::ledger::Funds;
use reelgate_core::line::Priority;
use reelgate_core::operator::{
    AccountRow, CodeRow, Ended, EngineRow, Finding, Happening, JobRow, Kept, OperatorCall,
    OperatorReply, Overview, SettingRow, SettingValue, UserRow,
};
use reelgate_core::own::Listing;
use reelgate_core::user::{AccountKind, UserRole};
use reelgate_core::{Catalogue, CodeId, Credits, FailureClass};
use serde_json::Value;

/// The answer to a call; a page that is asked to be full has another one after it.
pub(crate) fn reply(call: OperatorCall, file: &Value) -> OperatorReply {
    match call {
        OperatorCall::Overview => OperatorReply::Overview(Box::new(overview())),
        OperatorCall::Accounts(text, page) => {
            let rows = vec![account_row(&text)];
            OperatorReply::Accounts(Listing { next: own::next(&page, rows[0].id), rows })
        }
        OperatorCall::CreateAccount(name) => {
            let (owner, funds) = (None, Funds::default());
            OperatorReply::AccountMade(AccountRow { owner, funds, ..account_row(&name) })
        }
        OperatorCall::Account(_) => OperatorReply::Account(account_row("anna")),
        OperatorCall::Grant { credits, .. } => {
            let funds = Funds { balance: credits, held: Credits::ZERO };
            OperatorReply::Account(AccountRow { funds, ..account_row("anna") })
        }
        OperatorCall::SetPriority(_, priority_max) => {
            OperatorReply::Account(AccountRow { priority_max, ..account_row("anna") })
        }
        OperatorCall::Users(text, page) => {
            let rows = vec![user_row(&text, UserRole::Operator)];
            OperatorReply::Users(Listing { next: own::next(&page, rows[0].id), rows })
        }
        OperatorCall::CreateUser { name, password, role } => {
            let has_password = password.is_some();
            OperatorReply::UserMade(UserRow { has_password, ..user_row(&name, role) })
        }
        OperatorCall::UpdateUser { role, disabled, password, .. } => {
            let disabled = disabled.and_then(|yes| yes.then_some(NOW));
            let row = user_row("anna", role.unwrap_or_default());
            let has_password = password.is_some();
            OperatorReply::User(UserRow { disabled, has_password, ..row })
        }
        OperatorCall::LinkUser(_) => OperatorReply::Link {
            url: "https://video.example/#sign-in=rgl_token".to_owned(),
            expires: NOW.plus_ms(900_000),
        },
        OperatorCall::Jobs(_, page) => {
            let rows = vec![job_row(file)];
            OperatorReply::Jobs(Listing { next: own::next(&page, rows[0].job.id), rows })
        }
        OperatorCall::Timeline(_) => {
            let told = Happening { at: NOW, what: "order", detail: "through native".to_owned() };
            OperatorReply::Timeline(Box::new(job_row(file)), vec![told])
        }
        OperatorCall::Prices => {
            let catalogue = Catalogue::built_in();
            let models = catalogue.of_dialect("task_query").take(1).cloned().collect();
            OperatorReply::Prices { version: "test".to_owned(), models }
        }
        OperatorCall::Settings => OperatorReply::Settings(kept(), settings()),
        OperatorCall::Audit => {
            let (invariant, name) = (1, "balances are the sums of their entries");
            OperatorReply::Audit(vec![Finding { invariant, name, detail: "acc_1".to_owned() }])
        }
        OperatorCall::Codes => OperatorReply::Codes(vec![code("spring", Credits::whole(50))]),
        OperatorCall::CreateCode { credits, label, .. } => {
            OperatorReply::CodeMade(code(&label, credits), "RG-AAAA-BBBB-CCCC".to_owned())
        }
        OperatorCall::RevokeCode(_) => OperatorReply::Done,
    }
}

fn kept() -> Vec<Kept> {
    let setting = Some("jobs.retention_days");
    let files = Kept { what: "files", seconds: Some(2_592_000), setting };
    vec![files, Kept { what: "ledger", seconds: None, setting: None }]
}

/// One of each kind.
fn settings() -> Vec<SettingRow> {
    let row = |key, value| SettingRow { key, option: None, value };
    let days = SettingValue::Number(30);
    vec![
        SettingRow { option: Some("retention-days"), ..row("jobs.retention_days", days) },
        row("watermark", SettingValue::Switch(false)),
        row("log", SettingValue::Text("json".to_owned())),
        row("public_url", SettingValue::Unset),
    ]
}

fn overview() -> Overview {
    Overview {
        version: "0.1.0",
        uptime_ms: 61_000,
        database: "sqlite",
        storage: "folder",
        used_bytes: Some(1_048_576),
        free_bytes: None,
        waiting: 3,
        running: 2,
        oldest_wait_ms: Some(1200),
        ended: Ended {
            succeeded: 40,
            failed: 2,
            cancelled: 1,
            by_failure: vec![(FailureClass::Timeout, 2)],
        },
        engines: vec![EngineRow {
            name: "preview".to_owned(),
            state: "working",
            running: 2,
            slots: 2,
            detail: String::new(),
        }],
    }
}

fn account_row(name: &str) -> AccountRow {
    AccountRow {
        id: account(),
        name: name.to_owned(),
        kind: AccountKind::Personal,
        funds: Funds { balance: Credits::whole(25), held: Credits::whole(2) },
        priority_max: Priority::Normal,
        owner: Some("anna".to_owned()),
        created: NOW,
    }
}

fn user_row(name: &str, role: UserRole) -> UserRow {
    UserRow {
        id: user(),
        name: name.to_owned(),
        role,
        account: account(),
        has_password: true,
        disabled: None,
        created: NOW,
    }
}

fn job_row(file: &Value) -> JobRow {
    JobRow { job: world::job(&file["job"]).job, account_name: "anna".to_owned() }
}

fn code(label: &str, credits: Credits) -> CodeRow {
    CodeRow {
        id: CodeId::new(NOW, 10),
        hint: "RG-AAAA".to_owned(),
        label: label.to_owned(),
        credits,
        uses: 1,
        uses_max: 5,
        expires: Some(NOW.plus_ms(86_400_000)),
        revoked: None,
    }
}
