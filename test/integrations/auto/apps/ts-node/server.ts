import '../run.cjs'
