// Lets functions without bodies be declared.
