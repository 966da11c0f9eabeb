// What stands in the place of a learner's file when the project builds itself.

fn main() {}
