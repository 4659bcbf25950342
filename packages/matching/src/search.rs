//! Best-first search with a proof.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use surge_interface::{Refusals, Scored, PPM};

use crate::judge::{allows, judge, Refusal};
use crate::score::bound;
use crate::{Cell, Directory, Job, MatchError, Row, RowOrder, Rows, Word};

/// Nodes whose scores differ by no more than this share of the best are equals: fairness
/// decides among them, and the search need not tell them apart.
const NEAR_TIE_PPM: u32 = 10_000;
const NEAR_TIES_PER_WHOLE: u64 = 100;
/// Runners-up, for when the pick declines.
const RUNNERS_UP: usize = 3;
/// A search that has its proof within a near tie goes on until the proof is exact and it
/// has seen this many nodes that fit, equals for the fair share to choose from (only the
/// runners-up when no equals can be left) ...
const COMPANY: usize = 16;
/// ... but for no more than this many rows.
const ROWS_AFTER_PROOF: u16 = 32;

/// What a search may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows of nodes that fit (K).
    pub rows: u16,
    /// Rows of nodes that cannot take the job; once more when nobody was found by then.
    pub refused: u16,
    /// Silent rows to report.
    pub evictions: u8,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The node that gets the job: of those within 1 % of the best score seen, the one
    /// with the smallest tag.
    pub pick: Option<Scored>,
    /// Up to three others by score.
    pub runners_up: Vec<Scored>,
    /// Best score seen; zero when nobody fits.
    pub best_score: u64,
    /// Rows read in vain, by reason.
    pub refusals: Refusals,
    /// Rows read.
    pub rows_read: u16,
    /// Nothing unread could have scored higher than the best seen.
    pub exact: bool,
    /// How much higher than the best seen an unread node could have scored at most, as a
    /// share of that bound, rounded up.
    pub gap_ppm: u32,
    /// Silent nodes met on the way, to be taken out of the index.
    pub silent: Vec<Row>,
}

/// Finds a node for the job. `virtual_time` is the market's. Fails only on corrupt bytes.
///
/// The first pass reads what may be best. When it met nothing but nodes that cannot take
/// the job until its cap for these was reached, a second pass samples the cells in an
/// order that changes with every block and reads first the node of each that was served
/// most: to blind both, an attacker must hold most cells and have worked in them.
pub fn search(
    directory: &impl Directory,
    job: &Job,
    virtual_time: u64,
    limits: &Limits,
) -> Result<Found, MatchError> {
    let mut seen = Seen::default();
    let mut pass = Pass::new(directory, job, virtual_time, limits, Way::BestFirst);
    let unread = pass.run(&mut seen)?;
    if unread.is_some() && seen.fitting.is_empty() {
        Pass::new(directory, job, virtual_time, limits, Way::Scattered).run(&mut seen)?;
    }
    Ok(seen.conclude(unread))
}

/// What was read so far.
#[derive(Default)]
struct Seen {
    fitting: Vec<Scored>,
    best_score: Option<u64>,
    refusals: Refusals,
    rows_read: u16,
    silent: Vec<Row>,
}

impl Seen {
    /// By how much a row with this bound could beat the best seen, as a share of the bound.
    fn gap_ppm(&self, bound: u64) -> u32 {
        let Some(best) = self.best_score else {
            return PPM;
        };
        let lead = u128::from(bound.saturating_sub(best)).saturating_mul(PPM.into());
        let gap = lead.div_ceil(u128::from(bound.max(1)));
        u32::try_from(gap).unwrap_or(PPM)
    }

    /// The least score of a near tie with the best seen.
    fn near(&self) -> u64 {
        let best = self.best_score.unwrap_or_default();
        best.saturating_sub(best / NEAR_TIES_PER_WHOLE)
    }

    /// `unread` is the highest bound of what was not read, `None` when all was.
    fn conclude(mut self, unread: Option<u64>) -> Found {
        let gap_ppm = unread.map_or(0, |bound| self.gap_ppm(bound));
        let best_score = self.best_score.unwrap_or_default();
        let near = self.near();
        self.fitting
            .sort_by_key(|node| (Reverse(node.score), node.node));
        let pick = (0..)
            .zip(&self.fitting)
            .take_while(|(_, node)| node.score.u64() >= near)
            .min_by_key(|(place, node)| (node.tag, *place))
            .map(|(place, _)| place);
        let pick = pick.map(|place: usize| self.fitting.remove(place));
        self.fitting.truncate(RUNNERS_UP);
        Found {
            pick,
            runners_up: self.fitting,
            best_score,
            refusals: self.refusals,
            rows_read: self.rows_read,
            exact: gap_ppm == 0,
            gap_ppm,
            silent: self.silent,
        }
    }
}

/// In which order a pass opens what is unread.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The highest bound first.
    BestFirst,
    /// By turns alone.
    Scattered,
}

impl Way {
    const fn order(self) -> RowOrder {
        match self {
            Self::BestFirst => RowOrder::BestFirst,
            Self::Scattered => RowOrder::WorstFirst,
        }
    }
}

/// Something unread. Among equal bounds the highest turn decides: it looks random, changes
/// from job to job and halves with each row read. So of many places that are equally good
/// not always the same are seen, and each shows a row before one shows many.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Unread {
    bound: u64,
    turn: u64,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Word(Word),
    Cell(Cell),
    /// The next row of a cell whose iterator is open.
    Row {
        cell: Cell,
        rows: usize,
    },
}

struct Pass<'a, D> {
    directory: &'a D,
    job: &'a Job,
    virtual_time: u64,
    limits: &'a Limits,
    way: Way,
    unread: BinaryHeap<Unread>,
    open: Vec<Rows<'a>>,
    refused: u16,
    /// Rows read when the near tie was proven.
    proven_at: Option<u16>,
}

impl<'a, D: Directory> Pass<'a, D> {
    fn new(
        directory: &'a D,
        job: &'a Job,
        virtual_time: u64,
        limits: &'a Limits,
        way: Way,
    ) -> Self {
        Self {
            directory,
            job,
            virtual_time,
            limits,
            way,
            unread: BinaryHeap::new(),
            open: Vec::new(),
            refused: 0,
            proven_at: None,
        }
    }

    /// Reads until it may stop. Returns the highest bound of what it left unread, which
    /// means something only on the way of the best first.
    fn run(&mut self, seen: &mut Seen) -> Result<Option<u64>, MatchError> {
        for word in self.directory.words() {
            if allows(self.job, word.place.region) {
                let ceiling = self.directory.ceiling(word);
                self.put_off(ceiling, 0, self.turn(ceiling), What::Word(word));
            }
        }
        while let Some(next) = self.unread.pop() {
            if self.may_stop(seen, next.bound) {
                return Ok(Some(next.bound));
            }
            match next.what {
                What::Word(word) => {
                    for cell in self.directory.cells(word)? {
                        self.put_off(cell, 0, self.turn(cell), What::Cell(cell));
                    }
                }
                What::Cell(cell) => {
                    let rows = self.open.len();
                    self.open.push(self.directory.rows(cell, self.way.order()));
                    self.read(cell, rows, next.turn, seen)?;
                }
                What::Row { cell, rows } => self.read(cell, rows, next.turn, seen)?,
            }
        }
        Ok(None)
    }

    fn may_stop(&mut self, seen: &Seen, bound: u64) -> bool {
        let fitting = seen.fitting.len();
        if fitting >= self.limits.rows.into() || self.refused >= self.limits.refused {
            return true;
        }
        if self.way == Way::Scattered {
            return fitting > RUNNERS_UP;
        }
        let gap_ppm = seen.gap_ppm(bound);
        if gap_ppm > NEAR_TIE_PPM {
            return false;
        }
        let proven_at = *self.proven_at.get_or_insert(seen.rows_read);
        let since = seen.rows_read.saturating_sub(proven_at);
        let company = if bound >= seen.near() {
            COMPANY
        } else {
            RUNNERS_UP + 1
        };
        gap_ppm == 0 && fitting >= company || since >= ROWS_AFTER_PROOF
    }

    /// Reads one row of a cell and puts the rest off with a tighter bound.
    fn read(
        &mut self,
        cell: Cell,
        rows: usize,
        turn: u64,
        seen: &mut Seen,
    ) -> Result<(), MatchError> {
        let Some(row) = self
            .open
            .get_mut(rows)
            .and_then(Iterator::next)
            .transpose()?
        else {
            return Ok(());
        };
        seen.rows_read = seen.rows_read.saturating_add(1);
        match judge(self.job, &row, self.virtual_time) {
            Ok(scored) => {
                seen.best_score = seen.best_score.max(Some(scored.score.u64()));
                seen.fitting.push(scored);
            }
            Err(refusal) => {
                self.refused = self.refused.saturating_add(1);
                refusal.count(&mut seen.refusals);
                if matches!(refusal, Refusal::Silent { .. })
                    && seen.silent.len() < self.limits.evictions.into()
                    && !seen.silent.contains(&row)
                {
                    seen.silent.push(row.clone());
                }
            }
        }
        self.put_off(cell, row.key.step, turn / 2, What::Row { cell, rows });
        Ok(())
    }

    /// Remembers something to read later, unless no row of the cell can have room.
    fn put_off(&mut self, cell: Cell, step: u8, turn: u64, what: What) {
        if let Some(bound) = bound(self.job, cell, step) {
            let bound = match self.way {
                Way::BestFirst => bound,
                Way::Scattered => 0,
            };
            self.unread.push(Unread { bound, turn, what });
        }
    }

    /// A number for a cell that is the same for the same market at the same time and
    /// otherwise looks random (the finish of SplitMix64).
    fn turn(&self, cell: Cell) -> u64 {
        let [place, high, low] = cell.to_bytes().map(u64::from);
        let seed = self.virtual_time.rotate_left(32) ^ self.job.alive_since_secs;
        let mut turn =
            seed.wrapping_add((place << 16 | high << 8 | low).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        turn = (turn ^ turn >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        turn = (turn ^ turn >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        turn ^ turn >> 31
    }
}
