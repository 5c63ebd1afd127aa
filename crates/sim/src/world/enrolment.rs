//! How riders come to codes: account, mandate, phone, credentials.

use ridecode_account::{Client, Phone as PhoneNumber};
use ridecode_office::credential::{self, NewDevice, Wanted};
use ridecode_office::enrol::{self, SignIn};
use ridecode_office::mandate::{self, MandateAsked};

use super::executor::finish;
use super::line::PHONE_START;
use super::phone::Rider;
use super::remembering::Remembering;
use super::{World, desk};
use crate::check::Checked;

impl World {
    /// A rider signs up, signs the mandate and gets credentials.
    pub(super) fn enrol(&mut self, rider: u32) -> Checked {
        let now = self.now;
        let mut chances = self.seed.chances("enrol", u64::from(rider));
        let phone = PhoneNumber::new(&format!("{PHONE_START}{rider:08}"));
        let phone = phone.map_err(|fault| self.failure("enrol", fault.to_string()))?;
        let sent = finish(enrol::send_code(&self.office, phone, now, &mut chances));
        let sent = sent.map_err(|fault| self.failure("enrol", fault.to_string()))?;
        let answer = SignIn {
            phone: sent.phone,
            code: sent.code,
            client: Client::Other,
            key: None,
        };
        let signed_in = finish(enrol::sign_in(&self.office, answer, now, &mut chances));
        let id = signed_in
            .map_err(|fault| self.failure("enrol", fault.to_string()))?
            .rider;
        let asked = MandateAsked {
            rider: id,
            return_url: "https://app.example/back".into(),
            callback_url: "https://office.example/callback".into(),
        };
        let edge = (&self.line, &mut chances);
        let to_sign = finish(mandate::ask(&self.office, asked, now, edge));
        let to_sign = to_sign.map_err(|fault| self.failure("mandate", fault.to_string()))?;
        let mandate = to_sign.mandate.id;
        self.line.end().provider.sign(&mandate.to_string());
        let edge = (&self.line, &mut chances);
        let signed = finish(mandate::query(&self.office, mandate, now, edge));
        signed.map_err(|fault| self.failure("mandate", fault.to_string()))?;
        self.riders[rider as usize] = Some(Rider {
            id,
            brand: desk::brand_of(rider),
            phone: self.new_phone(rider, 0),
            lost: None,
            inside: false,
        });
        self.register_phone(rider)?;
        self.refill(rider)
    }

    /// Registers the phone a rider holds.
    pub(super) fn register_phone(&mut self, rider: u32) -> Checked {
        let Some(held) = &mut self.riders[rider as usize] else {
            return Ok(());
        };
        let new = NewDevice {
            rider: held.id,
            key: held.phone.key(),
        };
        let device = finish(credential::register_device(
            &self.office,
            new,
            self.now,
            &Remembering,
        ));
        match device {
            Ok(device) => {
                held.phone.device = device.id;
                Ok(())
            }
            Err(fault) => Err(self.failure("register", fault.to_string())),
        }
    }

    /// Asks for credentials. One who may not have any keeps what is there.
    pub(super) fn refill(&mut self, rider: u32) -> Checked {
        let Some(held) = &mut self.riders[rider as usize] else {
            return Ok(());
        };
        let wanted = Wanted {
            rider: held.id,
            device: held.phone.device,
            brand: held.brand,
        };
        let number = u64::from(rider) << 40 | self.now.0.unsigned_abs() & 0xff_ffff_ffff;
        let mut chances = self.seed.chances("credentials", number);
        held.phone.asked = self.now;
        let granted = finish(credential::grant(
            &self.office,
            wanted,
            self.now,
            &mut chances,
        ));
        if let Ok(granted) = granted {
            held.phone.credentials = granted;
        }
        Ok(())
    }
}
