//! What must not reach a browser, and how code brings it there.
//!
//! The words are data (`queries/catalogue/exposure.toml`). Of code it is found by top-level item (`item`), so that an edit costs
//! what its item costs: the names it uses, the variables it reads, what it hands to whom. Of other files it is the variables
//! they publish (`mention`).

mod bundled;
mod calls;
mod env;
mod found;
mod item;
mod mention;
mod names;
mod shape;
mod table;

pub use bundled::{Bundled, bundled};
pub use calls::{Switch, VendorCall, key_of, vendor_calls};
pub use env::EnvRead;
pub use found::{KeySource, KeyUse};
pub use item::{Asked, Form, Imported, ItemFacts};
pub use mention::{Holds, Mention, mentions};
pub use names::{Standing, gives, is_made_to_be_seen, is_set_aside, standing};
pub use shape::{ExportShape, FileExposure, ImportShape, ItemShape, Shape, is_environment};
pub use table::{Accepts, Admin, EXPOSURE, Exposure, ServerLibrary, Twin, Vendor};
