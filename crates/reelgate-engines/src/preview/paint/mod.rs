//! Paint, brushes and canvas: everything that knows pixels but not what they show.

pub(crate) mod band;
pub(crate) mod bloom;
pub(crate) mod colour;
pub(crate) mod cutout;
pub(crate) mod finish;
pub(crate) mod join;
pub(crate) mod lay;
pub(crate) mod noise;
pub(crate) mod raster;
pub(crate) mod shape;
pub(crate) mod sheet;
pub(crate) mod soft;
pub(crate) mod veil;
pub(crate) mod view;
