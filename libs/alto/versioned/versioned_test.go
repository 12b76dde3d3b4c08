package versioned

import "math"

var nan = math.NaN()
