package rooted

import _ "/abs"
