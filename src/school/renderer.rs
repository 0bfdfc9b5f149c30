//! Consequences of events, before the commit: grades, completions, and the frames of a dialect, with the names in them.

use futures_util::future::BoxFuture;

use crate::app::{App, EventRenderer};
use crate::db::Tx;
use crate::error::Result;
use crate::event::PublishedEvent;
use crate::live::RoomFrame;
use crate::school::completions::automatic;
use crate::school::grades::{self, DueEnrollments};
use crate::school::names::Names;

/// Finds the names that events need, and renders the events with the function of a dialect.
pub struct RendererWithNames {
    pub render: fn(&PublishedEvent, &Names) -> Vec<RoomFrame>,
}

impl EventRenderer for RendererWithNames {
    fn write_consequences<'a>(
        &'a self,
        app: &'a App,
        tx: &'a mut Tx,
        events: Vec<PublishedEvent>,
    ) -> BoxFuture<'a, Result<Vec<PublishedEvent>>> {
        Box::pin(async move {
            let (due, events) = DueEnrollments::taken_from(events);
            let Some(due) = due else { return Ok(events) };
            let events = grades::update_grades(tx, &due, events).await?;
            automatic::complete_due(app, tx, &due).await?;
            Ok(events)
        })
    }

    fn render<'a>(&'a self, tx: &'a mut Tx, events: &'a [PublishedEvent]) -> BoxFuture<'a, Result<Vec<RoomFrame>>> {
        Box::pin(async move {
            let names = Names::of(tx, events).await?;
            Ok(events.iter().flat_map(|e| (self.render)(e, &names)).collect())
        })
    }
}
