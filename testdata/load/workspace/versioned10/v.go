package versioned

const Old = true
