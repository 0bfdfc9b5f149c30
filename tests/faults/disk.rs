//! A disk that is full, and then is not.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use crate::harness::people::{PASSWORD, Person};
use crate::harness::until;
use crate::work::{Class, Work, minutes_begun, serves};

const DISK_MIB: usize = 24;
/// With it set to `off`, the stories of this file are skipped where no small disk can be mounted.
const MAY_SKIP: &str = "GYOSIL_TEST_FULL_DISK";

/// A small disk of its own.
struct Disk(PathBuf);

impl Disk {
    /// `None` where this process may mount nothing and the one who runs the tests knows it.
    fn mounts() -> Option<Disk> {
        let folder = tempfile::Builder::new().prefix("gyosil-disk-").tempdir().unwrap().keep();
        let path = std::ffi::CString::new(folder.as_os_str().as_bytes()).unwrap();
        let size = std::ffi::CString::new(format!("size={DISK_MIB}m")).unwrap();
        let kind = c"tmpfs".as_ptr();
        // SAFETY: all are valid C strings.
        let mounted = unsafe { libc::mount(kind, path.as_ptr(), kind, 0, size.as_ptr().cast()) };
        if mounted == 0 {
            return Some(Disk(folder));
        }
        let why = std::io::Error::last_os_error();
        let _ = fs::remove_dir(folder);
        let may_skip = std::env::var(MAY_SKIP).is_ok_and(|is| is == "off");
        assert!(may_skip, "no small tmpfs can be mounted ({why}): run it as root, or skip it by {MAY_SKIP}=off");
        None
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// To the last byte.
    fn fills_up(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while filler.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn has_room_again(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let path = std::ffi::CString::new(self.0.as_os_str().as_bytes()).unwrap();
        // SAFETY: a valid C string.
        unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) };
        let _ = fs::remove_dir(&self.0);
    }
}

fn on_a_small_disk<F: Future<Output = ()>>(story: impl FnOnce(Disk) -> F) {
    let Some(disk) = Disk::mounts() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story(disk));
}

fn database_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("gyosil.db").display())
}

async fn readiness(address: std::net::SocketAddr) -> (u16, String) {
    let reply = Person::nobody_at(address).get("/readyz").await;
    (reply.status, reply.json.as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_full_disk_stops_writes_only_while_it_is_full() {
    on_a_small_disk(|disk| async move {
        let started = Instant::now();
        let server = serves(&disk.0, &database_in(&disk.0));
        let class = Class::begins(&server).await;
        assert_eq!(readiness(server.address).await.0, 200);
        let work = Work::begins(&class).await;
        work.goes_on(20).await;
        for _ in 0..2 {
            disk.fills_up();
            let refused = work.answered(503);
            until("writes are refused", async || (work.answered(503) > refused + 40).then_some(())).await;
            let (status, why) = readiness(server.address).await;
            assert_eq!(status, 503);
            assert!(why.starts_with("the disk is full"), "{why}");
            // Newcomers can read now, and are told that nothing is saved.
            let mut board = class.teacher.watches(&class.session).await;
            board.wants_school_events = true;
            let first = [board.next().await.unwrap(), board.next().await.unwrap()];
            let told = first.iter().find(|frame| frame["type"] == "school_state").unwrap();
            assert_eq!(told["data"]["writes"], "paused");
            assert!(first.iter().any(|frame| frame["type"] == "session_state"), "{first:?}");
            disk.has_room_again();
            let told = board.waits_for("school_state").await;
            assert_eq!(told["data"]["writes"], "resumed");
            let (since, before) = (Instant::now(), work.acknowledged());
            until("a write after there is room", async || (work.acknowledged() > before).then_some(())).await;
            println!("a write was acknowledged {:?} after there was room", since.elapsed());
            work.goes_on(20).await;
            until("it is ready", async || (readiness(server.address).await.0 == 200).then_some(())).await;
        }
        work.heard_only_not_now();
        work.ends().await.is_all_there(&class).await;
        let log = server.log();
        let count = log.matches("the database fails").count();
        assert!((1..=minutes_begun(started)).contains(&count), "one line a minute: {log}");
        assert_eq!(log.matches(" ERROR ").count(), count, "and no other: {log}");
        assert_eq!(server.stops().0, Some(0));
    });
}

#[test]
fn every_surface_answers_503_while_the_disk_is_full() {
    on_a_small_disk(|disk| async move {
        let server = serves(&disk.0, &database_in(&disk.0));
        let class = Class::begins(&server).await;
        let student = Person::nobody_at(server.address).joins_as_guest(&class.session, "김순자").await;
        let code = class.teacher.get(&format!("/api/lectures/{}", class.lecture.id)).await.ok()["code"].clone();
        // Who was not there can ask for the meeting to count.
        let new = json!({ "email": "s@example.com", "password": PASSWORD, "name": "이영수", "role": "STUDENT" });
        Person::nobody_at(server.address).post("/api/auth/register", new).await.is(201);
        let absent = Person::nobody_at(server.address).logs_in("s@example.com", PASSWORD).await;
        absent.enrolls(&class.lecture).await;
        let enrolled = student.get("/api/v1/enrollments/me").await.ok();
        let enrollment = enrolled["enrollments"][0]["enrollment_id"].clone();
        let mut phone = student.follows(&class.session).await;
        phone.receives("session_state").await;
        disk.fills_up();
        // What is on the disk already is written over for a while: the text of a lecture is not.
        let long = "가".repeat(1_600);
        let fills = || class.teacher.post("/api/lectures", json!({ "title": "제목", "description": long }));
        let live = until("the disk is full", async || Some(fills().await).filter(|reply| reply.status != 201)).await;
        assert!(live.headers.contains_key("retry-after"));
        live.refused(503, "BUSY");

        let mark = json!({ "enrollment_id": enrollment, "class_date": "2025-03-03", "attendance_type": "ABSENT",
            "absence_reason": long });
        let portal = class.teacher.post("/api/v1/attendance", mark).await;
        assert!(portal.headers.contains_key("retry-after"), "{}", portal.json);
        portal.is(503);

        // The attendance surface knows 200, 400, 401, 403 and 500.
        let ask = json!({ "lecSerial": code, "sessionNumber": 1, "requestReason": long });
        let attendance = absent.post("/api/attendance/request", ask).await;
        assert!(attendance.headers.contains_key("retry-after"), "{}", attendance.json);
        assert_eq!(attendance.is(500)["success"], false);

        phone
            .sends(json!({ "type": "log", "id": 1, "data": [{ "user_id": student.id, "event_type": "CLICK",
            "event_data": { "text": long } }] }))
            .await;
        let refused = phone.receives("error").await;
        assert_eq!(refused["error"]["code"], "BUSY", "{refused}");
        disk.has_room_again();
        student.finishes(class.lecture.steps[0]).await;
    });
}
