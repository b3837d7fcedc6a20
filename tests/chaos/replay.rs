//! A session that is killed on its way is none the worse for it.
