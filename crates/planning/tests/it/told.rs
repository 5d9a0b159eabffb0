//! What others in the program hear of the plan.

use crate::{id, story};

#[tokio::test]
async fn what_happens_to_the_plan_is_heard_in_order() {
    story(async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let (owner, alice) = (guild.owner(), guild.member("alice"));
        story.idle().await;
        let training = [("dates", "05/03 06/03".into()), ("kind", "Training".into())];
        story.answer(owner.slash("/planning add", &training)).await;
        for dates in ["12/03 13/03", "19/03 20/03"] {
            let leave = [("dates", dates.into())];
            story.answer(alice.slash("/planning leave", &leave)).await;
        }
        let yes = owner.slash("/planning approve", &[("entry", "2".into())]);
        story.answer(yes).await;
        let note = [("entry", "1".into()), ("note", "bring boots".into())];
        story.answer(owner.slash("/planning edit", &note)).await;
        let gone = [("entry", "1".into())];
        story.answer(owner.slash("/planning remove", &gone)).await;
        story.idle().await;
        for person in [&owner, &alice] {
            person.sees(&person.dm());
        }
        assert_eq!(
            testkit::heard(id(&guild)),
            [
                "plan.created plan 1",
                "plan.requested plan 2",
                "plan.requested plan 3",
                "plan.approved plan 2",
                "plan.updated plan 1",
                "plan.removed plan 1",
            ]
        );
    })
    .await;
}
