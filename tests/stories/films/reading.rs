//! Reading of films: in pieces, and from stores that are slow or away.

use std::cell::RefCell;
use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use gyosil::error::{Error, VideoFault};
use gyosil::outside::mp4::inspect;
use tokio::time::timeout;

use crate::harness::film::{Film, named};

#[test]
fn a_file_that_shrinks_while_it_is_read_is_broken() {
    let file = Bytes::from(Film::default().bytes());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let shrunk = async |from: u64, bytes: usize| {
        let end = (from as usize + bytes).min(200);
        Ok(file.slice((from as usize).min(end)..end))
    };
    assert_eq!(runtime.block_on(inspect(file.len() as u64, shrunk)).unwrap(), Err(VideoFault::Broken));
}

#[tokio::test]
async fn small_boxes_are_read_together_and_the_index_in_pieces() {
    let film = Film {
        before: named(b"free", &[]).repeat(200),
        in_index: named(b"free", &vec![0; 5 << 20]),
        ..Film::default()
    };
    let file = film.bytes();
    let reads = RefCell::new(Vec::new());
    let read = async |from: u64, bytes: usize| {
        reads.borrow_mut().push(bytes);
        Ok(Bytes::copy_from_slice(&file[from as usize..from as usize + bytes]))
    };
    assert!(inspect(file.len() as u64, read).await.unwrap().is_ok());
    let reads = reads.into_inner();
    assert!(reads.len() <= 2 + 3 && reads.iter().all(|bytes| *bytes <= 2 << 20), "{reads:?}");
}

#[tokio::test]
async fn a_film_whose_headers_come_slowly_keeps_no_other_waiting() {
    let hanging = (0..8).map(|_| tokio::spawn(inspect(1_000, |_, _| pending())));
    let hanging: Vec<_> = hanging.collect();
    tokio::task::yield_now().await;
    let file = Bytes::from(Film::default().bytes());
    let read = async |from: u64, bytes: usize| Ok(file.slice(from as usize..from as usize + bytes));
    let judged = timeout(Duration::from_secs(20), inspect(file.len() as u64, read)).await;
    assert!(judged.unwrap().unwrap().is_ok());
    hanging.into_iter().for_each(|task| task.abort());
}

#[tokio::test]
async fn a_store_that_is_away_is_no_fault_of_the_film() {
    let file = Bytes::from(Film::default().bytes());
    // In a task of its own, as a request is.
    let inspection = tokio::spawn(async move {
        let read = |from: u64, bytes: usize| {
            let part = file.slice(from as usize..from as usize + bytes);
            async move { if from > 0 { Err(Error::internal("away")) } else { Ok(part) } }
        };
        inspect(file.len() as u64, read).await
    });
    assert!(matches!(inspection.await.unwrap(), Err(Error::Internal(_))));
}
