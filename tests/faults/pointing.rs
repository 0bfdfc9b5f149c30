//! The instructor's finger between two nodes, with Redis and without it.

use serde_json::json;

use crate::harness::nodes::on_two_nodes;
use crate::several_nodes::{class, follower, moves_are_heard, no_event_came_twice};

#[test]
fn a_finger_on_one_node_is_seen_on_the_other_while_redis_is_there() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let (_, mut here) = follower(&class, &nodes.a, "김순자").await;
        let (_, mut there) = follower(&class, &nodes.b, "이영희").await;
        let mut finger = class.teacher.watches(&class.session).await;
        let points = |x: f64| {
            json!({ "type": "pointer", "data": { "subtask_id": class.lecture.steps[0], "points": [[x, 0.5]],
                "picture": "9f3c00000000000000000000000000ab" } })
        };
        let messages =
            async || -> (i64,) { nodes.a.app.db.one("select count(*) from node_messages", Vec::new()).await.unwrap() };
        let (resyncs, rows) = (nodes.b.app.metrics.resyncs.get(), messages().await);
        for x in [0.25, 0.5] {
            finger.sends(points(x)).await;
            assert_eq!(there.receives("pointer").await, points(x));
            assert_eq!(here.receives("pointer").await, points(x));
        }
        assert_eq!((nodes.b.app.metrics.resyncs.get(), messages().await), (resyncs, rows));
        // While Redis is away it is shown on its own node, and is lost for the other one, which misses nothing else.
        nodes.lose_redis().await;
        finger.sends(points(0.75)).await;
        assert_eq!(here.receives("pointer").await, points(0.75));
        moves_are_heard(&class, &class.lecture.steps[1..2], &mut [&mut here, &mut there]).await;
        assert!(there.received.iter().all(|frame| *frame != points(0.75)));
        nodes.redis.starts_again();
        nodes.hear_each_other().await;
        there.receives_nothing_more().await;
        [&here, &there].into_iter().for_each(no_event_came_twice);
    });
}
