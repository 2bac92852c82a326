use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use renraku_base::{DeviceId, Timestamp};

use super::ACCESS_LIFE;
use crate::account::devices::Generation;

/// The devices whose sessions ended or began anew so recently that an access token of an earlier session may still
/// be about. Who is not in it has only good tokens.
#[derive(Default)]
pub(super) struct Generations(RwLock<HashMap<DeviceId, (i64, Timestamp)>>);

/// Servers' clocks may differ a little.
const SKEW: Duration = Duration::from_secs(60);

impl Generations {
    /// The instant before which a change of generation no longer matters.
    pub fn horizon(now: Timestamp) -> Timestamp {
        now - ACCESS_LIFE - SKEW
    }

    /// Whether tokens of `generation` of the device are dead.
    pub fn is_over(&self, device: &DeviceId, generation: i64) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(device).is_some_and(|(present, _)| generation < *present)
    }

    /// Learns generations and forgets those that no longer matter. Returns the devices of which something new was
    /// learned.
    pub fn learn(&self, generations: &[Generation], now: Timestamp) -> Vec<DeviceId> {
        let horizon = Self::horizon(now);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (_, at)| *at > horizon);
        let mut news = Vec::new();
        for Generation { device, generation, at } in generations {
            let before = known.insert(device.clone(), (*generation, *at));
            if before.is_none_or(|(present, _)| present < *generation) {
                news.push(device.clone());
            }
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    #[test]
    fn remembers_as_long_as_a_token_lives() {
        let device: DeviceId = Id::stored("d".to_owned());
        let at = Timestamp::from_seconds(1_000_000);
        let generations = Generations::default();
        let news = [Generation { device: device.clone(), generation: 2, at }];
        assert_eq!(generations.learn(&news, at), std::slice::from_ref(&device));
        assert!(generations.learn(&news, at).is_empty());
        assert!(generations.is_over(&device, 1));
        assert!(!generations.is_over(&device, 2));
        generations.learn(&[], at + ACCESS_LIFE);
        assert!(generations.is_over(&device, 1));
        generations.learn(&[], at + ACCESS_LIFE + SKEW);
        assert!(!generations.is_over(&device, 1));
    }
}
