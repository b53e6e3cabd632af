module example.com/versioned
