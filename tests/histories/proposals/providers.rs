//! What providers do.

use surge_tests::ghost::{Deed, Denom, Ghost, Node, Standing, What};

use super::{deed, submit};
use crate::chance::Chance;
use crate::tables::prices;
use crate::world::{machine, PROVIDERS};

pub fn provider_step(chance: &mut Chance, ghost: &Ghost) -> Deed {
    let name = chance.of(&PROVIDERS);
    let Some(id) = ghost.owned_by(name) else {
        let (operator, payout) = (format!("{name}-op"), format!("{name}-pay"));
        return deed(name, What::Register { operator, payout });
    };
    let Some(provider) = ghost.provider(id) else {
        return submit(chance, ghost);
    };
    let mut ready = provider
        .unbondings
        .iter()
        .filter(|(_, _, at)| *at <= ghost.now);
    let ready = ready.next().map(|(denom, _, _)| *denom);
    if provider.standing == Standing::Draining && chance.percent(65) {
        let who = chance.of(&[name.to_owned(), provider.operator.clone()]);
        return deed(&who, What::Resume);
    }
    if let (Some(denom), true) = (ready, chance.percent(60)) {
        return deed("anybody", What::WithdrawBond(id, denom));
    }
    if provider.standing == Standing::Unbonding && chance.percent(80) {
        return submit(chance, ghost);
    }
    let denom = chance.below(2) as Denom;
    let mine = ghost.nodes.iter().filter(|(_, node)| node.provider == id);
    let mine: Vec<(u32, &Node)> = mine.map(|(id, node)| (*id, node)).collect();
    let idle = mine.iter().filter(|(_, node)| node.running == 0);
    let idle: Vec<u32> = idle.map(|(id, _)| *id).collect();
    let what = match chance.below(100) {
        roll if roll < 12 => What::Bond {
            provider: id,
            denom,
            amount: match denom {
                0 => chance.of::<u128>(&[0, 1, 5_000, 50_000]),
                _ => chance.of::<u128>(&[0, 1, 50_000, 10_000_000, 90_000_000_000]),
            },
        },
        roll if roll < 24 => {
            let all = provider.free[denom];
            let amount = chance.of(&[1, all / 2, all, all + 1]);
            What::Unbond(denom, amount)
        }
        roll if roll < 34 => What::SetPayout(chance.of(&[format!("{name}-pay"), name.to_owned()])),
        roll if roll < 42 => {
            let own = [format!("{name}-op"), name.to_owned(), "quin-op".to_owned()];
            What::SetOperator(chance.of(&own))
        }
        roll if roll < 52 => What::Drain,
        roll if roll < 62 => {
            let bond = chance.of::<u128>(&[9_999, 10_000, 50_000]);
            What::AddNode(machine(chance, denom), bond)
        }
        roll if roll < 84 && !mine.is_empty() => update_node(chance, &mine),
        roll if roll < 91 && !idle.is_empty() => What::RemoveNode(chance.of(&idle)),
        roll if roll < 96 => evict(chance, ghost),
        _ => What::Leave,
    };
    deed(name, what)
}

fn update_node(chance: &mut Chance, mine: &[(u32, &Node)]) -> What {
    let (node, record) = chance.of(mine);
    let capacity = record.machine.capacity;
    What::UpdateNode {
        node,
        capacity: chance.percent(40).then(|| {
            let mut smaller = record.reserved;
            smaller[0] = smaller[0].max(1_000);
            smaller[1] = smaller[1].max(1_024);
            smaller[3] = smaller[3].max(1);
            let mut too_small = record.reserved;
            too_small[0] = too_small[0].saturating_sub(1);
            chance.of(&[capacity, smaller, too_small, [32_000, 65_536, 0, 500, 100]])
        }),
        prices: chance
            .percent(40)
            .then(|| chance.of(&[0, 50, 90, 100, 110, 300]))
            .map(prices),
        bond: chance.percent(40).then(|| {
            let locked = record.locked;
            let below = locked.saturating_sub(1);
            chance.of(&[locked.max(10_000), below, 10_000, 80_000, 200_000])
        }),
    }
}

pub fn evict(chance: &mut Chance, ghost: &Ghost) -> What {
    let mut nodes: Vec<u32> = ghost.nodes.keys().copied().collect();
    if chance.percent(30) {
        nodes.extend([1, 1, 99]);
    }
    What::Evict(nodes)
}
