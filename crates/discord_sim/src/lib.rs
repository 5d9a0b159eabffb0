//! Discord in one process: gateway and REST v10 with the state behind them.
