//! Stopping in good order: whoever works looks up between two steps and ends when asked.

use tokio::sync::watch;

/// Heard by all who hold a clone.
#[derive(Clone, Debug)]
pub struct Halt {
    asked: watch::Sender<bool>,
}

impl Default for Halt {
    fn default() -> Self {
        Self { asked: watch::Sender::new(false) }
    }
}

impl Halt {
    pub fn ask(&self) {
        self.asked.send_replace(true);
    }

    /// The work goes on after all.
    pub fn withdraw(&self) {
        self.asked.send_replace(false);
    }

    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Resolves when asked.
    pub async fn heard(&self) {
        let mut hears = self.asked.subscribe();
        // The sender is `self`: it outlives this wait.
        let _ = hears.wait_for(|asked| *asked).await;
    }
}
