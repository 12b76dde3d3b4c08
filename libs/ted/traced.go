package ted

// traced is what is computed between all routers, and knows what changed of it last.
type traced interface {
	comparable
	Version() int
	Changed() [][]int32
}

// tracedState is what costs are read from, with its version, and the names of the routers: both are known by where they are held.
type tracedState[T traced] struct {
	of      T
	version int
	names   *string
}

func stateOf[T traced](of T, pids []string) tracedState[T] {
	s := tracedState[T]{of: of, version: of.Version()}
	if len(pids) > 0 {
		s.names = &pids[0]
	}
	return s
}

// changedSince is alto.TracedCosts's ChangedSince of costs that are read from what is computed.
func changedSince[T traced](since any, of T, pids []string) (changed [][]int32, ok bool) {
	switch now := stateOf(of, pids); since {
	case now:
		return nil, true
	case tracedState[T]{now.of, now.version - 1, now.names}:
		return of.Changed(), true
	}
	return nil, false
}
