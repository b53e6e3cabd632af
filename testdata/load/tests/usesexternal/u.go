package usesexternal

import _ "example.com/tests/external"
