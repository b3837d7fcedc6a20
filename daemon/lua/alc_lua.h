/* Forced into every file of Lua: the same program iterates a table the same way in every process. */
#define luai_makeseed(L) 0x5eed1234u
#define l_randomizePivot() (~0u)
