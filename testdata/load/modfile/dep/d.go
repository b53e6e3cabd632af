package dep

const Alternate = true
