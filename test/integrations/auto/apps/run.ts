import './run.cjs'
