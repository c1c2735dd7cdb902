//! Failure points: tests have a stage of an import fail, panic or wait. Only with the feature `failpoints`, which no
//! program turns on; without an armed point it changes nothing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tachi_db::DbError;

use crate::importer::Importer;
use crate::stage::Stage;

/// What happens to the next import that reaches a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails.
    Error,
    /// It panics.
    Panic,
    /// It waits until the point is disarmed.
    Stall,
}

/// How far an armed point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    Waiting(Fault),
    Reached,
}

/// The points of an importer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failpoints(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    points: Mutex<HashMap<Stage, Point>>,
    changed: Condvar,
}

thread_local! {
    /// The points of the importer that works on this thread: stages do not know it.
    static CURRENT: RefCell<Vec<Failpoints>> = const { RefCell::new(Vec::new()) };
}

impl Failpoints {
    /// Makes these points those of the thread until the guard is dropped.
    pub(crate) fn enter(&self) -> Inside {
        CURRENT.with_borrow_mut(|current| current.push(self.clone()));
        Inside
    }

    fn points(&self) -> MutexGuard<'_, HashMap<Stage, Point>> {
        self.0.points.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self, stage: Stage) -> Result<(), DbError> {
        let mut points = self.points();
        let Some(Point::Waiting(fault)) = points.get(&stage).copied() else { return Ok(()) };
        points.insert(stage, Point::Reached);
        self.0.changed.notify_all();
        match fault {
            Fault::Error => Err(DbError::data("a failure point", format!("the stage {stage} was told to fail"))),
            Fault::Panic => {
                drop(points);
                panic!("the stage {stage} was told to panic");
            }
            Fault::Stall => {
                let disarmed = self.0.changed.wait_while(points, |points| points.contains_key(&stage));
                drop(disarmed);
                Ok(())
            }
        }
    }
}

impl Failpoints {
    /// What a part does that cannot fail: it can still panic.
    pub(crate) fn panic(&self, stage: Stage) {
        drop(self.reach(stage));
    }
}

/// Says that an importer works on this thread.
pub(crate) struct Inside;

impl Drop for Inside {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|current| current.pop());
    }
}

/// What a stage does before anything else.
pub(crate) fn reach(stage: Stage) -> Result<(), DbError> {
    let current = CURRENT.with_borrow(|current| current.last().cloned());
    current.map_or(Ok(()), |points| points.reach(stage))
}

/// An armed point; it is disarmed when this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Armed {
    points: Failpoints,
    stage: Stage,
}

impl Armed {
    /// Waits until an import has reached the point.
    pub fn wait(&self) {
        let points = self.points.points();
        let reached = |points: &mut HashMap<Stage, Point>| points.get(&self.stage) != Some(&Point::Reached);
        drop(self.points.0.changed.wait_while(points, reached));
    }

    /// Whether an import has reached the point.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.points.points().get(&self.stage) == Some(&Point::Reached)
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        self.points.points().remove(&self.stage);
        self.points.0.changed.notify_all();
    }
}

impl Importer {
    /// Arms a point: the next import of this importer that reaches the stage meets the fault, and only that one.
    pub fn arm(&self, stage: Stage, fault: Fault) -> Armed {
        let points = self.failpoints().clone();
        points.points().insert(stage, Point::Waiting(fault));
        Armed { points, stage }
    }
}
