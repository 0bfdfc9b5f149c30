//! A Redis server of the measurement's own, on a free port, that keeps nothing.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use crate::Result;
use crate::gyosil::wait_until_open;

pub struct Redis {
    program: String,
    address: SocketAddr,
    child: Child,
}

impl Redis {
    pub fn start(program: &str) -> Result<Redis> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = spawn(program, address)?;
        wait_until_open(address)?;
        Ok(Redis { program: program.into(), address, child })
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    pub fn start_again(&mut self) -> Result<()> {
        self.child = spawn(&self.program, self.address)?;
        wait_until_open(self.address)
    }
}

fn spawn(program: &str, address: SocketAddr) -> Result<Child> {
    let mut command = Command::new(program);
    command.args(["--bind", "127.0.0.1", "--port", &address.port().to_string(), "--save", "", "--appendonly", "no"]);
    command.stdout(Stdio::null()).spawn().map_err(|e| format!("{program}: {e}").into())
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
