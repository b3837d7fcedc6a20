//! Clients that break the protocol.
