//! Long work tells how far it is, to whoever looks.

/// Told of each step; the command line draws a bar, the daemon stays silent.
pub trait Progress: Send + Sync {
    /// A stretch of work begins: what it is, in French, and how many steps it has.
    fn begin(&self, what: &str, steps: usize);
    /// One step is done: what it was.
    fn step(&self, what: &str);
    /// Nothing goes on for a while: why, and until when, in French. Said even where no bar can be drawn.
    fn pause(&self, why: &str);
    /// The stretch is over.
    fn end(&self);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: usize) {}
    fn step(&self, _: &str) {}
    fn pause(&self, _: &str) {}
    fn end(&self) {}
}
