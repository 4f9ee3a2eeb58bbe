// Duly reminds people of loan instalments they have missed, in the proper way and at the proper time.
package main

func main() {}
