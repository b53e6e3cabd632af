module example.com/a/inner

go 1.22.3

require example.com/versioned v1.1.0
