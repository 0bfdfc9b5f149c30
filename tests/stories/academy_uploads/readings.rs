//! Readings of stored videos: nobody takes all the places.

use std::net::IpAddr;

use gyosil::outside::objects::SignedRequest;
use gyosil::school::stored_objects::{self, READINGS_OF_ADDRESS_MAX};
use reqwest::StatusCode;

use super::sender::{Staff, short_film};
use crate::academy_videos::path;
use crate::harness::on_both_with;

#[test]
fn one_address_reads_so_many_objects_at_once_and_stops_nobody_else() {
    on_both_with(&["--trusted-proxies", "127.0.0.1"], |school| async move {
        let staff = Staff::of(&school).await;
        let video = staff.uploads(short_film()).await;
        let seen = staff.teacher.get(&path(&video.video)).await.is(200);
        let url = seen["play_url"].as_str().unwrap();
        let (_, query) = url.split_once('?').unwrap();
        let asked = SignedRequest { key: video.upload["key"].as_str().unwrap(), query };
        // Addresses that no other story has.
        let [high, low] = school.address.port().to_be_bytes();
        let [greedy, other] = [18, 19].map(|network| IpAddr::from([198, network, high, low]));
        let asks =
            async |from: IpAddr| school.http.get(url).header("x-forwarded-for", from.to_string()).send().await.unwrap();
        let mut held = Vec::new();
        for _ in 0..READINGS_OF_ADDRESS_MAX {
            held.push(stored_objects::open(&school.app, &asked, greedy).await.unwrap());
        }
        let refused = asks(greedy).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key("retry-after"));
        assert!(asks(other).await.bytes().await.unwrap() == video.film);
        held.pop();
        assert!(asks(greedy).await.bytes().await.unwrap() == video.film);
    });
}
