use crate::{Cell, MatchError, Row, Word};

/// In which order to read the rows of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOrder {
    /// Best static merit first, among equals the one that was served least.
    BestFirst,
    /// The other way round: among equals the one that was served most.
    WorstFirst,
}

/// Rows of a cell, read as they are asked for.
pub type Rows<'a> = Box<dyn Iterator<Item = Result<Row, MatchError>> + 'a>;

/// The nodes of one market as a search sees them. Each level is read only when its bound
/// says that it may hold a better node.
pub trait Directory {
    /// The words that hold something. Known from the start.
    fn words(&self) -> Vec<Word>;

    /// A cell that no row of the word is better than, in no respect. Known from the start,
    /// too; the tighter, the fewer words are read.
    fn ceiling(&self, word: Word) -> Cell {
        word.best()
    }

    /// The cells of a word that hold something.
    fn cells(&self, word: Word) -> Result<Vec<Cell>, MatchError>;

    /// The rows of a cell.
    fn rows(&self, cell: Cell, order: RowOrder) -> Rows<'_>;
}
