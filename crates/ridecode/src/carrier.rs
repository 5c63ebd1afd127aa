//! The one HTTP client: carries requests to payment providers.
