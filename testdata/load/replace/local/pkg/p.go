package pkg

import _ "example.com/far/away"
