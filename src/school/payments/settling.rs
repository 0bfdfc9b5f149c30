//! Settling an order: the gateway's word about it becomes ours, once, whoever asked.

use super::moves::{self, MoveKind, NewMove};
use super::pauses::{pause_ms, recheck_pause_ms};
use super::refunding::{NewRefund, ask_back, carry_out, tell};
use super::{CoursePayment, read, tries};
use crate::app::School;
use crate::clock::DAY_MS;
use crate::db::{HeldTable, Tx, args, retry};
use crate::error::{Error, Result};
use crate::outside::gateways::{GatewayKind, GatewayPayment, GatewayRefund, GatewayState};
use crate::school::enrollment::buying::{Held, PurchaseEffect, admit_buyer, end_refunded, hold_bought};
use crate::school::notifications::NotificationKind;

const DOES_NOT_FIT: &str = "주문과 맞지 않는 결제";
const BOUGHT_NOTHING: &str = "수강할 수 없게 되어 돌려드림";
const BY_THE_GATEWAY: &str = "결제사에서 취소됨";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settlement {
    /// Nothing was paid yet.
    Waits,
    Done,
    /// The money does not fit the order, and goes back.
    Mismatched,
    /// The money bought nothing, and goes back.
    Returned,
}

enum NoteOutcome {
    Settled(Settlement),
    GivesBack { refund: i64 },
}

/// Writes what the gateway says of an order, and gives back what must go back. `seen` is the order as it was before the gateway was
/// asked; `by` is the buyer, if their page asked.
pub(super) async fn settle(
    app: &School,
    seen: &CoursePayment,
    found: GatewayPayment,
    by: Option<i64>,
) -> Result<Settlement> {
    let noted = retry(|| note(app, seen, &found, by)).await;
    // Another order has the payment by now.
    let noted = noted.map_err(|e| if matches!(e, Error::SomeoneWasFaster) { Error::PaidElsewhere } else { e })?;
    match noted {
        NoteOutcome::GivesBack { refund } => {
            // If it fails, the job goes on with it.
            let _ = carry_out(app, refund).await;
            Ok(Settlement::Returned)
        }
        NoteOutcome::Settled(Settlement::Mismatched) => {
            call_off(app, seen, &found).await?;
            Ok(Settlement::Mismatched)
        }
        NoteOutcome::Settled(settled) => Ok(settled),
    }
}

async fn note(app: &School, seen: &CoursePayment, found: &GatewayPayment, by: Option<i64>) -> Result<NoteOutcome> {
    let (id, now_ms) = (seen.id, app.now_ms());
    let mut tx = app.db.begin().await?;
    let held = hold_bought(&mut tx, seen.enrollment, now_ms).await?;
    tx.hold(HeldTable::Payments, id).await?;
    let order = read(&mut tx, id).await?;
    let is_known = order.imp_uid.as_deref() == Some(found.imp_uid.as_str());
    let settling = Settling { order: &order, seen, found, held: &held, by, now_ms };
    let noted = match (order.status.as_str(), found.state) {
        ("CONFIRMED", GatewayState::Paid | GatewayState::Cancelled) if is_known => {
            settling.note_given_back(&mut tx).await?
        }
        ("CONFIRMED", GatewayState::Paid) => settling.mismatch(&mut tx).await?,
        ("CONFIRMED", GatewayState::Open) if !is_known => NoteOutcome::Settled(Settlement::Waits),
        ("CONFIRMED", _) => NoteOutcome::Settled(Settlement::Done),
        (_, GatewayState::Paid) if found.fits(order.amount) => settling.confirm(app, &mut tx).await?,
        (_, GatewayState::Paid) => settling.mismatch(&mut tx).await?,
        (_, GatewayState::Open) => settling.name(&mut tx).await?,
        ("PENDING", GatewayState::Failed) => settling.end(&mut tx, MoveKind::Failed).await?,
        ("PENDING", GatewayState::Cancelled) => settling.end(&mut tx, MoveKind::Cancelled).await?,
        _ => NoteOutcome::Settled(Settlement::Done),
    };
    app.commit(tx, vec![held.grade_due(now_ms)]).await?;
    Ok(noted)
}

/// An order whose rows are held, and what the gateway says of it.
struct Settling<'a> {
    order: &'a CoursePayment,
    /// The order as it was before the gateway was asked.
    seen: &'a CoursePayment,
    found: &'a GatewayPayment,
    held: &'a Held,
    by: Option<i64>,
    now_ms: i64,
}

impl Settling<'_> {
    async fn add_move(&self, tx: &mut Tx, kind: MoveKind, amount: i64, reason: &str) -> Result<()> {
        let new = NewMove { payment: self.order.id, refund: None, kind, amount, by: self.by, reason };
        moves::add(tx, new, self.now_ms).await
    }

    /// Confirms the order, and gives its enrollment what it buys. Late money of an order that was given up counts too, if
    /// it is enough today. What buys nothing any more goes back.
    async fn confirm(&self, app: &School, tx: &mut Tx) -> Result<NoteOutcome> {
        let (order, now_ms) = (self.order, self.now_ms);
        let price = order.price.filter(|_| order.status == "PENDING");
        let bought = admit_buyer(app, tx, self.held, order.amount, price).await?;
        self.keep_other(tx).await?;
        // A person who was erased keeps no receipt.
        let sql = "update payments set status = 'CONFIRMED', imp_uid = $2, paid_ms = $3, refund_deadline_ms = $4,
            receipt_url = case when exists (select 1 from people where id = $6 and deleted_ms is null) then $5 end,
            next_check_ms = case when next_check_ms = $7 and next_check_ms > $3 then null else next_check_ms end,
            recheck_ms = $8, updated_ms = $3 where id = $1";
        let deadline_ms = now_ms + app.config.paying.refund_days * DAY_MS;
        let (imp_uid, receipt_url) = (&self.found.imp_uid, self.found.receipt_url.as_deref());
        // A notice that came since the gateway was asked may tell more: it is still looked at.
        let seen_ms = self.seen.next_check_ms;
        // The sandbox has no pages of its own.
        let is_rechecked = order.gateway() != GatewayKind::Sandbox.word();
        let recheck_ms = is_rechecked.then(|| now_ms + recheck_pause_ms(0));
        let args = args![order.id, imp_uid, now_ms, deadline_ms, receipt_url, order.person, seen_ms, recheck_ms];
        tx.run(sql, args).await?;
        self.add_move(tx, MoveKind::Paid, order.amount, "").await?;
        if bought == PurchaseEffect::Nothing {
            let back = NewRefund { amount: order.amount, reason: BOUGHT_NOTHING, by: None, ends_access: false };
            let refund = ask_back(tx, order, &back, now_ms).await?;
            return Ok(
                refund.map_or(NoteOutcome::Settled(Settlement::Done), |refund| NoteOutcome::GivesBack { refund })
            );
        }
        if self.by.is_none() {
            tell(tx, order.person, NotificationKind::PaymentConfirmed, order.id, now_ms).await?;
        }
        Ok(NoteOutcome::Settled(Settlement::Done))
    }

    /// Ends an order that cannot be confirmed by this payment. A confirmed one stays what it is: it was paid a second time.
    async fn mismatch(&self, tx: &mut Tx) -> Result<NoteOutcome> {
        let (order, now_ms) = (self.order, self.now_ms);
        if order.status != "CONFIRMED" {
            self.keep_other(tx).await?;
            let sql = "update payments set status = 'FAILED', imp_uid = $2, updated_ms = $3 where id = $1";
            tx.run(sql, args![order.id, &self.found.imp_uid, now_ms]).await?;
        }
        let check_ms = now_ms + pause_ms(0);
        if tries::keep_mismatched(tx, order.id, &self.found.imp_uid, check_ms, now_ms).await? {
            self.add_move(tx, MoveKind::Mismatched, self.found.amount, DOES_NOT_FIT).await?;
        }
        Ok(NoteOutcome::Settled(Settlement::Mismatched))
    }

    /// Keeps asking about a payment that was begun for the order, if another one decides it: it may be paid, too.
    async fn keep_other(&self, tx: &mut Tx) -> Result<()> {
        match self.order.imp_uid.as_deref().filter(|other| *other != self.found.imp_uid) {
            Some(other) if self.order.status == "PENDING" => {
                tries::keep(tx, self.order.id, other, self.now_ms + pause_ms(0), self.now_ms).await
            }
            _ => Ok(()),
        }
    }

    /// Notes the gateway's name for a payment that was begun.
    async fn name(&self, tx: &mut Tx) -> Result<NoteOutcome> {
        let sql = "update payments set imp_uid = $2, updated_ms = $3 where id = $1 and imp_uid is null";
        tx.run(sql, args![self.order.id, &self.found.imp_uid, self.now_ms]).await?;
        Ok(NoteOutcome::Settled(Settlement::Waits))
    }

    /// Ends an order of which the gateway says that nothing comes of it. The job asks on for a while: it may be tried again.
    async fn end(&self, tx: &mut Tx, kind: MoveKind) -> Result<NoteOutcome> {
        let order = self.order;
        self.keep_other(tx).await?;
        let sql = "update payments set status = $3, imp_uid = $2, updated_ms = $4 where id = $1";
        tx.run(sql, args![order.id, &self.found.imp_uid, kind.word(), self.now_ms]).await?;
        self.add_move(tx, kind, order.amount, "").await?;
        if self.by.is_none() && kind == MoveKind::Failed {
            tell(tx, order.person, NotificationKind::PaymentFailed, order.id, self.now_ms).await?;
        }
        Ok(NoteOutcome::Settled(Settlement::Done))
    }

    /// Notes what someone gave back at the gateway itself, outside of this server.
    async fn note_given_back(&self, tx: &mut Tx) -> Result<NoteOutcome> {
        let (order, now_ms) = (self.order, self.now_ms);
        let back = self.found.went_back().min(order.amount) - order.claimed;
        if back > 0 {
            let sql =
                "insert into refunds (created_ms, updated_ms, done_ms, payment, amount, reason, status, ends_access)
                values ($1, $1, $1, $2, $3, $4, 'COMPLETED', true)";
            tx.run(sql, args![now_ms, order.id, back, BY_THE_GATEWAY]).await?;
            self.add_move(tx, MoveKind::Refunded, back, BY_THE_GATEWAY).await?;
            if order.refunded + back >= order.amount {
                end_refunded(tx, self.held, order.id, now_ms).await?;
            }
            tell(tx, order.person, NotificationKind::PaymentRefunded, order.id, now_ms).await?;
        }
        Ok(NoteOutcome::Settled(Settlement::Done))
    }
}

/// Gives back at the gateway all that was paid for an order that it does not fit. If that fails, the job asks again.
async fn call_off(app: &School, order: &CoursePayment, found: &GatewayPayment) -> Result<()> {
    if found.goes_back > 0 {
        return Ok(());
    }
    let (id, remains) = (order.id, found.remains());
    let key = format!("{}-off-{remains}", found.merchant_uid);
    let back = GatewayRefund { key: &key, imp_uid: &found.imp_uid, amount: remains, remains, reason: DOES_NOT_FIT };
    if let Err(error) = app.gateways.of(order.gateway())?.give_back(&back).await {
        tracing::error!(%error, payment = id, "a payment that fits no order could not be given back; it is tried again");
        return Ok(());
    }
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Payments, id).await?;
    tries::forget(&mut tx, id, &found.imp_uid).await?;
    let called_off = NewMove {
        payment: id,
        refund: None,
        kind: MoveKind::Cancelled,
        amount: remains,
        by: None,
        reason: DOES_NOT_FIT,
    };
    moves::add(&mut tx, called_off, now_ms).await?;
    app.commit(tx, Vec::new()).await
}
