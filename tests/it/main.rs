//! Integration tests: requests through real sockets and the real router.
