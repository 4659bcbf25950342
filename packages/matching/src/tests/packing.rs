use cosmwasm_std::Uint128;
use proptest::prelude::*;
use surge_interface::{Resources, UnitPrices};

use super::{synthetic, wild_node, Random};
use crate::{Card, Cell, Market, Place, RowKey, Word};

prop_compose! {
    fn any_key()(
        market in any::<[u8; 3]>(),
        place in (0u8..64, 0u8..4),
        cell in (0u8..8, 0u8..8, 0u8..4, 0u8..4, 0u8..32),
        rest in any::<(u8, u64, u32)>(),
    ) -> RowKey {
        let place = Place { region: place.0, bandwidth_tier: place.1 };
        RowKey {
            market: Market { class: market[0], denom: market[1], generation: market[2] },
            cell: Cell {
                word: Word { place, load: cell.0 },
                price: cell.1,
                reputation: cell.2,
                green: cell.3,
                size: cell.4,
            },
            step: rest.0,
            virtual_time: rest.1,
            node: rest.2,
        }
    }
}

prop_compose! {
    fn any_card()(
        small in any::<[u32; 2]>(),
        free in any::<[u32; 5]>(),
        prices in any::<[u64; 5]>(),
        last_seen_secs: u64,
        bonds: [u128; 2],
        shift in 0u32..128,
    ) -> Card {
        Card {
            provider: small[0],
            reputation_ppm: small[1] >> (shift % 32),
            free: Resources::from_array(free.map(|free| free >> (shift % 32))),
            prices: UnitPrices::from_array(prices.map(|price| price >> (shift % 64))),
            last_seen_secs,
            bond: Uint128::new(bonds[0] >> shift),
            locked: Uint128::new(bonds[1] >> shift),
        }
    }
}

proptest! {
    #[test]
    fn keys_come_back_and_sort_like_their_bytes(a in any_key(), b in any_key()) {
        prop_assert_eq!(RowKey::from_bytes(&a.to_bytes()).unwrap(), a);
        prop_assert_eq!(a.cmp(&b), a.to_bytes().cmp(&b.to_bytes()));
        prop_assert_eq!(Cell::of(a.cell.word, a.cell.code()), a.cell);
    }

    #[test]
    fn cards_come_back(card in any_card()) {
        prop_assert_eq!(Card::from_bytes(&card.to_bytes()).unwrap(), card);
    }

    #[test]
    fn damaged_cards_are_errors_and_never_panics(card in any_card(), cut in 1usize..200, junk: u8) {
        let mut bytes = card.to_bytes();
        let cut = bytes.len().saturating_sub(cut);
        prop_assert!(Card::from_bytes(&bytes[..cut]).is_err());
        bytes.push(junk);
        prop_assert!(Card::from_bytes(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Card::from_bytes(&bytes);
        prop_assert_eq!(RowKey::from_bytes(&bytes).is_ok(), bytes.len() == RowKey::LEN);
    }
}

#[test]
fn a_usual_card_is_short() {
    let card = synthetic::row(&wild_node(1, &mut Random(1))).card;
    assert!(
        card.to_bytes().len() <= 64,
        "{} bytes",
        card.to_bytes().len()
    );
}
