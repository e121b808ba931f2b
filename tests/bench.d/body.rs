//! The body that both benchmarks send: what an editor asks for, in any size.

/// What an editor asks for about a file of so many kB.
pub(crate) fn body(size: usize) -> String {
    let line = r#"    def speed_up(self, increment):\n        \"\"\"Goes faster.\"\"\"\n        self.speed += increment\n        return self.speed\n\n"#;
    let above = line.repeat((size * 1000 / line.len()).saturating_sub(2));
    // Editors write characters beyond ASCII as they are.
    format!(
        r##"{{"prompt_version":1,"project_path":"group/project","project_id":-1,"current_file":{{"file_name":"src/car.py","content_above_cursor":"# Un café\n{above}        self.","content_below_cursor":"\n\ncar = Car()\n"}},"telemetry":[{{"requests":1,"accepts":0,"errors":0,"lang":"python","experiments":[]}}],"choices_count":1}}"##
    )
}
