use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use renraku_base::{Entropy, Timestamp};

use super::*;

const HOME: (CollectionId, CollectionKind) = (CollectionId(1), CollectionKind::Home);
const CALENDAR: (CollectionId, CollectionKind) = (CollectionId(2), CollectionKind::Calendar);
const MAIL: (CollectionId, CollectionKind) = (CollectionId(3), CollectionKind::Mail);

fn device() -> DeviceId {
    Entropy.new_id(Timestamp::from_seconds(1))
}

fn committed(collection: CollectionId, types: &[ObjectType]) -> Committed {
    Committed { collections: vec![(collection, types.to_vec())], jobs_enqueued: false }
}

/// What the stream hears at once; `None` when it would wait.
fn heard(stream: &mut Stream) -> Option<Wake> {
    match pin!(stream.next()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(wake) => Some(wake),
        Poll::Pending => None,
    }
}

/// A stream that follows these and has heard that they are new to it.
fn following(hub: &Hub, collections: &[(CollectionId, CollectionKind)]) -> Stream {
    let mut stream = hub.open(device());
    stream.follow(collections);
    heard(&mut stream).unwrap();
    stream
}

#[test]
fn a_burst_is_one_wake_up_that_names_each_type_once() {
    let hub = Hub::new();
    let mut stream = following(&hub, &[CALENDAR, MAIL]);
    assert_eq!(heard(&mut stream), None);
    for _ in 0..3 {
        hub.publish(&committed(CALENDAR.0, &[ObjectType::Event]));
        hub.publish(&committed(MAIL.0, &[ObjectType::Message]));
    }
    let types = vec![ObjectType::Event, ObjectType::Message];
    assert_eq!(heard(&mut stream), Some(Wake::News { types, refollow: false, seq: 2 }));
    assert_eq!(heard(&mut stream), None);
}

#[test]
fn only_what_is_followed_is_heard() {
    let hub = Hub::new();
    let mut stream = following(&hub, &[CALENDAR, MAIL]);
    stream.follow(&[MAIL]);
    hub.publish(&committed(CALENDAR.0, &[ObjectType::Event]));
    assert_eq!(heard(&mut stream), None);
}

#[test]
fn a_change_of_a_home_asks_to_follow_anew_and_what_is_new_counts_as_changed() {
    let hub = Hub::new();
    let mut stream = following(&hub, &[HOME]);
    hub.publish(&committed(HOME.0, &[ObjectType::Calendar]));
    let types = vec![ObjectType::Calendar];
    assert_eq!(heard(&mut stream), Some(Wake::News { types, refollow: true, seq: 2 }));
    stream.follow(&[HOME, CALENDAR]);
    let types = vec![ObjectType::Calendar, ObjectType::Event];
    assert_eq!(heard(&mut stream), Some(Wake::News { types, refollow: false, seq: 3 }));
    stream.follow(&[HOME, CALENDAR]);
    assert_eq!(heard(&mut stream), None);
}

#[test]
fn closing_a_device_ends_its_streams_and_no_others() {
    let hub = Hub::new();
    let (lost, other) = (device(), device());
    let mut lost_stream = hub.open(lost.clone());
    let mut other_stream = hub.open(other);
    hub.close_device(&lost);
    assert_eq!(heard(&mut lost_stream), Some(Wake::Revoked));
    assert_eq!(heard(&mut other_stream), None);
    hub.close_all();
    assert_eq!(heard(&mut other_stream), Some(Wake::Stopping));
    assert_eq!(heard(&mut hub.open(device())), Some(Wake::Stopping));
}

#[test]
fn a_fourth_stream_of_a_device_takes_the_place_of_its_first() {
    let hub = Hub::new();
    let phone = device();
    let mut streams: Vec<Stream> = (0..=STREAMS_PER_DEVICE).map(|_| hub.open(phone.clone())).collect();
    assert_eq!(heard(&mut streams[0]), Some(Wake::Revoked));
    assert_eq!(heard(&mut streams[1]), None);
}

#[test]
fn nothing_is_left_of_a_dropped_stream() {
    let hub = Hub::new();
    let stream = following(&hub, &[HOME, CALENDAR]);
    assert_eq!(hub.streams(), 1);
    drop(stream);
    let state = hub.read();
    assert!(state.followers.is_empty() && state.devices.is_empty());
    assert_eq!(hub.streams(), 0);
}

#[tokio::test]
async fn no_wake_up_is_lost_while_another_is_taken_or_given_up() {
    const CHANGES: usize = 50_000;
    let hub = Hub::new();
    let (done, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut stream = following(&hub, &[CALENDAR]);
    let publisher = {
        let (hub, done, seen) = (hub.clone(), Arc::clone(&done), Arc::clone(&seen));
        std::thread::spawn(move || {
            for change in 1..=CHANGES {
                // As a commit does: first the change is there, then it is told. The next waits until it was heard, so
                // that it cannot make up for it.
                done.store(change, Ordering::SeqCst);
                hub.publish(&committed(CALENDAR.0, &[ObjectType::Event]));
                while seen.load(Ordering::SeqCst) < change {
                    std::hint::spin_loop();
                }
            }
        })
    };
    while seen.load(Ordering::SeqCst) < CHANGES {
        // A wait that is given up half way, as beside a heartbeat, must lose nothing either.
        if heard(&mut stream).is_none() {
            let patience = std::time::Duration::from_secs(10);
            if tokio::time::timeout(patience, stream.next()).await.is_err() {
                seen.store(CHANGES, Ordering::SeqCst);
                panic!("change {} was never told", done.load(Ordering::SeqCst));
            }
        }
        seen.store(done.load(Ordering::SeqCst), Ordering::SeqCst);
    }
    publisher.join().unwrap();
}
